import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { beginRotation, editTrust } from "../../../../planning/trust/rotation/edit.ts";
import { stepProblems } from "../../../../planning/trust/rotation/step-problems.ts";
import { rotationState, rotationSteps } from "../../../../planning/trust/rotation/state.ts";
import type { Topology, TrustSpec } from "../../../../planning/topology.ts";
import { SimulatedMesh, wantedBy } from "./simulated-mesh.ts";

const pair: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

const withTrust = (trust: TrustSpec, topology = pair): Topology => ({ ...topology, trust });
const both = [{ generation: 1 }, { generation: 2 }];

function running(topology: Topology): SimulatedMesh {
  const mesh = new SimulatedMesh();
  mesh.up(topology);
  return mesh;
}

const refused = (topology: Topology, mesh: SimulatedMesh) =>
  stepProblems(wantedBy(topology), mesh.facts).map(({ message }) => message);

const stateOf = (topology: Topology, mesh: SimulatedMesh) =>
  rotationState(wantedBy(topology), mesh.facts);

describe("where a rotation stands", () => {
  it("is nowhere in a mesh that has never had another anchor", () => {
    const { next, generation, steps } = stateOf(pair, running(pair));
    assert.equal(next, undefined);
    assert.equal(generation, 1);
    assert.deepEqual(
      steps.map(({ step }) => step),
      rotationSteps,
    );
  });

  it("leads through every step, which the advice names, to the end", () => {
    let topology = withTrust({ restart: ["shop"] });
    const mesh = running(topology);
    const walked: string[] = [];
    topology = beginRotation(topology);
    for (let turn = 0; turn < 20; turn++) {
      const { next } = stateOf(topology, mesh);
      if (next === undefined) break;
      walked.push(next.step);
      if (next.edit !== undefined) topology = editTrust(topology, next.edit);
      assert.deepEqual(refused(topology, mesh), [], next.step);
      if (next.edit === undefined && next.step !== "add") {
        // Workloads that nobody opted in: their owner restarts them, or a day passes.
        if (next.step === "renew") mesh.day();
        else for (const name of ["west", "east"]) mesh.restart(name);
      } else mesh.up(topology);
      assert.ok(mesh.isWhole, next.step);
    }
    assert.deepEqual(walked, ["add", "trust", "sign", "renew", "retire", "forget"]);
    assert.deepEqual(topology.trust, { restart: ["shop"], anchors: [{ generation: 2 }] });
    assert.equal(stateOf(topology, mesh).next, undefined);
    assert.deepEqual(beginRotation(topology).trust?.anchors, [
      { generation: 2 },
      { generation: 3 },
    ]);
  });

  it("tells which workloads it waits for, by what keeps them", () => {
    const mesh = running(pair);
    const added = withTrust({ anchors: both });
    mesh.up(added);
    const { next, steps } = stateOf(added, mesh);
    assert.equal(next?.step, "trust");
    assert.deepEqual(steps.find(({ step }) => step === "trust")?.open, [
      "west: bank/Deployment/bank-3, shop/Deployment/shop-2",
      "east: bank/Deployment/bank-3, shop/Deployment/shop-2",
    ]);
    assert.match(next.advice, /Restart what started before: west: bank\/Deployment\/bank-3/);
  });

  it("is not done as long as a cluster doesn't answer", () => {
    const facts = running(pair).facts.map((one) =>
      one.cluster === "east" ? { ...one, problem: "no answer", anchors: [], proxies: [] } : one,
    );
    const { next } = rotationState(wantedBy(pair), facts);
    assert.equal(next?.step, "add");
    assert.match(next.advice, /east: no answer/);
  });

  it("goes on cluster by cluster where one signs with the new generation already", () => {
    const opted = { anchors: both, restart: ["shop", "bank"] };
    const mesh = running(withTrust(opted));
    const one = withTrust(opted, {
      ...pair,
      clusters: [{ name: "west", trust: { signer: 2 } }, { name: "east" }],
    });
    assert.deepEqual(refused(one, mesh), []);
    mesh.up(one);
    assert.ok(mesh.isWhole);
    const { next, steps } = stateOf(one, mesh);
    assert.deepEqual(steps.find(({ step }) => step === "sign")?.open, ["east"]);
    assert.deepEqual(next?.edit, { type: "sign", generation: 2 });
    assert.ok(next.edit);
    // The cluster's own word would stand against the next rotation.
    assert.deepEqual(editTrust(one, next.edit).clusters, [{ name: "west" }, { name: "east" }]);
  });
});

describe("a step of a rotation", () => {
  it("is none before there is a mesh", () => {
    for (const trust of [{ anchors: both, signer: 2 }, { anchors: [{ generation: 2 }] }]) {
      assert.deepEqual(refused(withTrust(trust), new SimulatedMesh()), []);
    }
  });

  it("is refused where an anchor is to go that still signs, and where it never was trusted", () => {
    const [removal, signing, ...more] = refused(
      withTrust({ anchors: [{ generation: 2 }] }),
      running(pair),
    );
    assert.match(removal ?? "", /CN=root 1 .* signs the issuer of "west", "east"/);
    assert.match(
      signing ?? "",
      /generation 2.*can't sign the issuer.*not trusted in "west", "east"/,
    );
    assert.deepEqual(more, []);
  });

  it("is refused where proxies started before they could trust what is to sign", () => {
    const mesh = running(pair);
    mesh.up(withTrust({ anchors: both }));
    const next = withTrust({ anchors: both, signer: 2 });
    assert.match(refused(next, mesh).join(), /proxies started before.*west: bank\/Deployment/);
    for (const name of ["west", "east"]) mesh.restart(name);
    assert.deepEqual(refused(next, mesh), []);
  });

  it("is refused where certificates may have issued from what is to go", () => {
    const mesh = running(withTrust({ anchors: both }));
    mesh.up(withTrust({ anchors: both, signer: 2 }));
    const next = withTrust({ anchors: [{ generation: 2 }] });
    assert.match(refused(next, mesh).join(), /CN=root 1 .*may have issued.*west: bank\/Deployment/);
    mesh.day();
    assert.deepEqual(refused(next, mesh), []);
  });

  it("is refused where a cluster that it is about doesn't answer, and only then", () => {
    const facts = running(withTrust({ anchors: both })).facts.map((one) =>
      one.cluster === "east" ? { ...one, problem: "no answer", anchors: [], proxies: [] } : one,
    );
    const said = (trust: TrustSpec) => stepProblems(wantedBy(withTrust(trust)), facts);
    assert.match(
      said({ anchors: both, signer: 2 })
        .map(({ message }) => message)
        .join(),
      /no answer/,
    );
    assert.equal(said({ anchors: [...both, { generation: 3 }], signer: 1 }).length, 1);
  });

  it("never costs traffic if it is not refused, whatever somebody writes", () => {
    const generations = fc.constantFrom<number[]>([1], [1, 2], [1, 2], [2], [2, 3], [1, 2, 3], [3]);
    const step = fc.record({
      listed: generations,
      west: fc.nat(2),
      east: fc.nat(2),
      restart: fc.subarray(["shop", "bank"]),
      then: fc.constantFrom("nothing", "restart west", "restart both", "restart both", "a day"),
    });
    let taken = 0;
    let rotated = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const mesh = running(pair);
        for (const { listed, west, east, restart, then } of steps) {
          const signer = (index: number) => listed[index % listed.length] ?? 1;
          const topology: Topology = {
            ...pair,
            clusters: [
              { name: "west", trust: { signer: signer(west) } },
              { name: "east", trust: { signer: signer(east) } },
            ],
            trust: { anchors: listed.map((generation) => ({ generation })), restart },
          };
          if (refused(topology, mesh).length === 0) {
            mesh.up(topology, () => {
              assert.ok(mesh.isWhole);
            });
            taken += 1;
            if (!listed.includes(1)) rotated += 1;
          }
          if (then === "a day") mesh.day();
          if (then.startsWith("restart")) mesh.restart("west");
          if (then === "restart both") mesh.restart("east");
          assert.ok(mesh.isWhole);
        }
      }),
      { numRuns: 500 },
    );
    // The property would hold of a rule that refuses everything.
    assert.ok(taken > 500, String(taken));
    assert.ok(rotated > 0, String(rotated));
  });
});
