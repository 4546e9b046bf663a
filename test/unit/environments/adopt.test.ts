import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  describeAdoption,
  isAdopted,
  lookBeforeProgram,
  refuseOwnMesh,
} from "../../../environments/adopt.ts";
import { lookAt } from "../../../environments/found-mesh.ts";
import { unknownReleases } from "../../../environments/interrupted-releases.ts";
import { refuseAdopted } from "../../../environments/refuse-adopted.ts";
import type { State } from "../../../environments/state.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";
import { assertEach } from "../../assert-each.ts";
import { ForeignPair } from "../cli/foreign-pair.ts";

const plan = planOrThrow(
  {
    clusters: ["west", "east"].map((name) => ({
      name,
      kubeconfig: `${name}.kubeconfig`,
      apiServer: `https://${name}:6443`,
    })),
    adopt: true,
  },
  { name: "mesh" },
);

function stateWith(...resources: readonly (readonly [type: string, name: string])[]): State {
  return {
    version: 3,
    deployment: {
      resources: resources.map(([type, name]) => ({
        urn: `urn:pulumi:lab::linkerd-topology::linkerd-topology:index:Topology$${type}::${name}`,
        custom: true,
      })),
    },
  };
}

describe("up with a topology that adopts", () => {
  const guard = "linkerd-topology:index:ClusterGuard";

  test("asks as long as one of its clusters is not taken over", () => {
    const asked = (state: State | undefined) => !isAdopted({ plan, stack: "lab", state });
    assert.ok(asked(undefined));
    assert.ok(asked(stateWith([guard, "lab-west"])));
    assert.ok(!asked(stateWith([guard, "lab-west"], [guard, "lab-east"])));
  });

  for (const type of [
    "linkerd-topology:index:Vacancy",
    "kubernetes:helm.sh/v3:Release",
    "kind:index:Cluster",
  ]) {
    test(`refuses a stack that made its mesh itself (${type}): it would remove it`, () => {
      assert.throws(() => {
        refuseOwnMesh(stateWith([type, "lab-west"]));
      }, /this stack made its mesh itself.*Nothing was changed: leave out adopt/);
    });
  }

  test("continues with what it has taken over before", () => {
    refuseOwnMesh(undefined);
    refuseOwnMesh(stateWith([guard, "lab-west"], ["kubernetes:core/v1:Namespace", "lab-west"]));
  });

  test("takes no release in an adopted cluster for one that a killed command left", () => {
    const type = "linkerd-topology:index:ClusterIdentity";
    const outputs = { kubeconfigPath: "/west.kubeconfig", usedContext: "west", uid: "1" };
    const { version, deployment } = stateWith([type, "lab-west"]);
    const resources = (deployment.resources ?? []).map((one) => ({ ...one, outputs }));
    assert.deepEqual(unknownReleases({ version, deployment: { resources } }), []);
  });

  test("says what it takes, what it leaves, and what it adds, but nothing of what there is none", () => {
    const look = { taken: ["the Link"], left: ["Linkerd"], changes: [], obstacles: [] };
    assert.deepEqual(describeAdoption(look).split("\n").slice(1), [
      "Taken over as it is, and left in place by down:",
      "  the Link",
      "Stays with what made it, upgrades included:",
      "  Linkerd",
    ]);
    assert.match(describeAdoption({ ...look, changes: ["a label"] }), /Added.*\n {2}a label/);
  });

  test("leaves releases and certificates to what made them", () => {
    assert.throws(() => {
      refuseAdopted(plan, "another release of Linkerd");
    }, /another release of Linkerd is not for this package to bring\. Do it with Helm/);
    const { adopted, ...own } = plan;
    assert.ok(adopted);
    refuseAdopted(own, "another release of Linkerd");
  });
});

describe("a plain pulumi up with a topology that adopts", () => {
  let mesh: ForeignPair;
  let topology: Topology;
  before(async () => {
    mesh = await ForeignPair.start();
    const ways = ["prod-1", "prod-2"].map((context, index) => {
      const name = ["west", "east"][index] ?? "";
      return { kubeconfig: mesh.kubeconfig, context, name, usual: false };
    });
    topology = (await lookAt(ways)).discovery.topology;
  });
  after(() => mesh.stop());

  const planned = () => planOrThrow(topology, { name: "lab" });

  test("says what it takes over, once, and changes nothing", async () => {
    const text = await lookBeforeProgram({ name: "lab", topology });
    assert.match(text ?? "", /takes over a mesh that others made/);
    assert.match(text ?? "", /Link west → east: linkerd-multicluster\/east/);
    assert.match(text ?? "", /Pulumi's preview shows what is taken over as created/);
    const then = { name: "lab", topology, recorded: planned() };
    assert.equal(await lookBeforeProgram(then), undefined);
    const { clusters, ...rest } = planned();
    const oneCluster = { ...rest, clusters: clusters.slice(1) };
    assert.equal(await lookBeforeProgram({ ...then, recorded: oneCluster }), text);
    for (const { requests } of [mesh.west, mesh.east]) {
      assertEach("requests that only look", requests, (request) =>
        /^GET |^POST .*selfsubject/.test(request),
      );
    }
  });

  test("refuses a mesh that is not as the topology says, taken over or not", async () => {
    const links = [{ between: ["west", "east"], excludedLabels: ["team"] }];
    const other = { name: "lab", topology: { ...topology, links } };
    for (const recorded of [undefined, planned()]) {
      await assert.rejects(
        lookBeforeProgram({ ...other, recorded }),
        /nothing was changed:\n {2}- Link west → east: excludedLabels are \[\].*\n {2}- Link east → west/s,
      );
    }
  });

  test("refuses a stack that made its mesh itself, without asking a cluster", async () => {
    mesh.west.requests.length = 0;
    const { adopted: _, ...recorded } = planned();
    await assert.rejects(
      lookBeforeProgram({ name: "lab", topology, recorded }),
      /this stack made its mesh itself.*leave out adopt/,
    );
    assert.deepEqual(mesh.west.requests, []);
  });
});
