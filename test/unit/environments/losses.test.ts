import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Consent } from "../../../environments/consent.ts";
import {
  allowLosses,
  clusterLosses,
  forgottenLosses,
  leaveToRemove,
  refuseIncomplete,
  refuseNewLosses,
} from "../../../environments/losses.ts";
import type { State } from "../../../environments/state.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { KindClusterPlan } from "../../../planning/plan-types.ts";
import type { Sources } from "../../../planning/sources/sources.ts";
import type { ClusterInputs } from "../../../providers/kind/cluster-inputs.ts";
import type { Topology } from "../../../planning/topology.ts";
import { Harness } from "../kind/harness.ts";

const pair: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

function planOf(topology: Topology, sources: Sources = {}) {
  return planOrThrow(topology, { name: "lab", sources });
}

/** The state as an `up` of that plan leaves it. */
function stateOf(topology: Topology, sources?: Sources): State {
  const clusters = planOf(topology, sources).clusters as readonly KindClusterPlan[];
  return {
    version: 3,
    deployment: {
      resources: clusters.map((cluster) => ({
        urn: `urn:pulumi:lab::linkerd-topology::kind:index:Cluster::lab-${cluster.name}-${cluster.generation}`,
        custom: true,
        inputs: {
          name: cluster.kindName,
          generation: cluster.generation,
          controlPlanes: 1,
          workers: 0,
          podSubnet: cluster.podSubnet,
          serviceSubnet: cluster.serviceSubnet,
          extraPortMappings: [],
          containerdConfigPatches: [],
          registryMirrors: {},
          ...(cluster.nodeImage !== undefined && { nodeImage: cluster.nodeImage }),
        },
      })),
    },
  };
}

const lossesOf = (state: State, topology: Topology, sources?: Sources) =>
  clusterLosses(state, planOf(topology, sources)).map(
    ({ cluster, what, why }) => `${cluster.kindName} ${what}: ${why}`,
  );

describe("the clusters that an up would take away", () => {
  test("are none where nothing of them changed", () => {
    const added = { ...pair, clusters: [...pair.clusters, { name: "north" }] };
    assert.deepEqual(lossesOf(stateOf(pair), pair), []);
    assert.deepEqual(lossesOf(stateOf(pair), added), []);
    assert.deepEqual(lossesOf(stateOf(pair), { clusters: pair.clusters }), []);
  });

  test("are those that the topology lacks", () => {
    assert.deepEqual(lossesOf(stateOf(pair), { clusters: [{ name: "west" }] }), [
      "lab-east deleted: it is no longer in the topology",
    ]);
  });

  test("are those of another generation, with what makes it another", () => {
    const edited = {
      clusters: [
        { name: "west" },
        { name: "east", podSubnet: "10.99.0.0/21", nodes: { workers: 2 } },
      ],
    };
    const [loss = "", ...others] = lossesOf(stateOf(pair), edited);
    assert.deepEqual(others, []);
    assert.match(
      loss,
      /^lab-east recreated: workers is 0 and would be 2, podSubnet is 10\.\S+ and/,
    );
    const portMappings = [{ containerPort: 30_080, hostPort: 8080 }];
    const mapped = { clusters: [{ name: "west", portMappings }, { name: "east" }] };
    assert.match(
      lossesOf(stateOf(pair), mapped)[0] ?? "",
      /: portMappings is \[\] and would be \[/,
    );
    const labelled = {
      clusters: [{ name: "west", nodeLabels: { "0": { a: "b" } } }, { name: "east" }],
    };
    assert.match(
      lossesOf(stateOf(pair), labelled)[0] ?? "",
      /^lab-west recreated: nodeLabels is kind's own and would be {"0":{"a":"b"}}$/,
    );
    const subnet = lossesOf(stateOf(pair), { ...pair, docker: { subnet: "172.31.0.0/16" } });
    assert.equal(subnet.length, 2);
    assert.match(subnet[0] ?? "", /its Docker network changes/);
  });

  test("are all of them where another node image is chosen", () => {
    const losses = lossesOf(stateOf(pair), pair, { nodeImage: "linkerd-topology/node:1" });
    assert.deepEqual(losses, [
      "lab-west recreated: nodeImage is kind's own and would be linkerd-topology/node:1",
      "lab-east recreated: nodeImage is kind's own and would be linkerd-topology/node:1",
    ]);
  });

  test("are not those whose new generation is there, and which only wait for their deletion", () => {
    const sources = { nodeImage: "node:2" };
    const [before, after] = [stateOf(pair), stateOf(pair, sources)];
    const both = {
      version: 3,
      deployment: {
        resources: [...(before.deployment.resources ?? []), ...(after.deployment.resources ?? [])],
      },
    };
    assert.deepEqual(lossesOf(both, pair, sources), []);
  });

  test("are those that an earlier up finished otherwise and the state does not know of", async () => {
    const inputs = stateOf(pair).deployment.resources?.map((resource) => resource.inputs) ?? [];
    const made = (kindName: string, changes: object) =>
      ({
        ...inputs.find((one) => one?.["name"] === kindName),
        ...changes,
      }) as unknown as ClusterInputs;
    const forgotten = (state: State | undefined, changes: object) =>
      forgottenLosses(state, planOf(pair), "project/lab", () =>
        Promise.resolve([made("lab-east", changes)]),
      );
    const older = { generation: "older", workers: 2 };
    const [loss, ...others] = await forgotten(undefined, older);
    assert.deepEqual(others, []);
    assert.equal(loss?.cluster.kindName, "lab-east");
    assert.match(loss.why, /^workers is 2 and would be 0 .*state does not have it/);
    // The provider takes over what is the same.
    assert.deepEqual(await forgotten(undefined, {}), []);
    // A state that knows an earlier cluster of this name doesn't know what is in this one.
    assert.deepEqual((await forgotten(stateOf(pair), older)).length, 1);
    const known = stateOf(pair);
    for (const { inputs } of known.deployment.resources ?? []) Object.assign(inputs ?? {}, older);
    assert.deepEqual(await forgotten(known, older), []);
  });

  test("that nobody was told of are refused", () => {
    const plan = planOf({ clusters: [{ name: "west" }] });
    const told = clusterLosses(stateOf(pair), plan);
    refuseNewLosses(stateOf(pair), plan, told);
    const grown = { clusters: [...pair.clusters, { name: "north" }] };
    assert.throws(() => {
      refuseNewLosses(stateOf(grown), plan, told);
    }, /another command changed this stack meanwhile: lab-north would be deleted/);
  });
});

describe("an up that takes a running cluster away", () => {
  let directory = "";
  const { PATH } = process.env;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "losses-"));
    process.env["PATH"] = `${directory}:${PATH ?? ""}`;
  });
  after(async () => {
    process.env["PATH"] = PATH;
    await rm(directory, { recursive: true, force: true });
  });

  /** @param running kind clusters that Docker tells of */
  const ask = async (consent: Consent | undefined, running: readonly string[]) => {
    const rows = running.map((name) =>
      JSON.stringify({
        Names: `${name}-control-plane`,
        Labels: `io.x-k8s.kind.cluster=${name}`,
        Networks: "lab",
        State: "running",
      }),
    );
    const docker = path.join(directory, "docker");
    // No node has a stamp, for which they are listed by their ids.
    const script = `case "$*" in *--quiet*) ;; *) cat <<'ROWS'\n${rows.join("\n")}\nROWS\nesac\n`;
    await writeFile(docker, `#!/bin/sh\n${script}`, { mode: 0o755 });
    const notices: string[] = [];
    const losses = await allowLosses(stateOf(pair), planOf({ clusters: [{ name: "west" }] }), {
      owner: "project/lab",
      consent,
      env: {},
      notice: (text) => notices.push(text),
    });
    return { losses: losses.map(({ cluster }) => cluster.kindName), notices };
  };

  test("is refused where nobody can be asked, or who is asked says no", async () => {
    for (const consent of [undefined, false, () => Promise.resolve(false)]) {
      await assert.rejects(
        ask(consent, ["lab-west", "lab-east"]),
        /lab-east would be deleted.*Nothing was changed.*--yes/s,
      );
    }
  });

  test("goes on with consent: given beforehand it is told, else the question tells", async () => {
    const given = await ask(true, ["lab-east"]);
    assert.deepEqual(given.losses, ["lab-east"]);
    assert.match(given.notices.join(), /lab-east would be deleted/);
    const questions: string[] = [];
    const answered = await ask(
      (question) => {
        questions.push(question);
        return Promise.resolve(true);
      },
      ["lab-east"],
    );
    assert.deepEqual(answered, { losses: ["lab-east"], notices: [] });
    assert.match(questions.join(), /lab-east would be deleted.*Take them away\?$/s);
  });

  test("asks nothing of a cluster that is gone already", async () => {
    assert.deepEqual(await ask(undefined, ["lab-west"]), { losses: ["lab-east"], notices: [] });
  });
});

describe("a finished cluster that only Docker knows of", () => {
  const owner = "project/dev";
  const plan = planOf({ clusters: [{ name: "west" }] });
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
    await harness.makeNetwork(owner);
    await make("older");
  });
  after(() => harness.stop());

  async function make(generation: string): Promise<void> {
    const inputs = await harness.inputs({ name: "lab-west", generation });
    harness.kubernetes.readyNodes = ["lab-west-control-plane"];
    await harness.clusters.create(inputs);
  }

  test("is a loss where it is of another generation and the stack's own", async () => {
    const [loss, ...others] = await forgottenLosses(undefined, plan, owner);
    assert.deepEqual(others, []);
    assert.deepEqual([loss?.cluster.kindName, loss?.what], ["lab-west", "recreated"]);
    assert.deepEqual(await forgottenLosses(undefined, plan, "project/other"), []);
    const north = planOf({ clusters: [{ name: "north" }] });
    assert.deepEqual(await forgottenLosses(undefined, north, owner), []);
  });

  test("stays until the provider is told that it was allowed to go", async () => {
    const [{ generation = "" } = {}] = plan.clusters as readonly Partial<KindClusterPlan>[];
    await assert.rejects(make(generation), /Nothing was removed/);
    Object.assign(process.env, leaveToRemove(await forgottenLosses(undefined, plan, owner)));
    await make(generation);
    assert.deepEqual(await forgottenLosses(undefined, plan, owner), []);
  });
});

describe("a cluster that lacks nodes", () => {
  const incomplete = [{ cluster: "lab-west", left: ["lab-west-control-plane"] }];

  test("is recreated only where that was said beforehand", () => {
    const asked = () => Promise.resolve(true);
    for (const consent of [undefined, false, asked]) {
      assert.throws(() => {
        refuseIncomplete(incomplete, consent);
      }, /lab-west would be recreated, and what is in lab-west-control-plane would go.*--yes/s);
    }
    refuseIncomplete(incomplete, true);
    refuseIncomplete([], false);
  });
});
