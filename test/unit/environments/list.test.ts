import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { list } from "../../../environments/list.ts";
import { loadImages } from "../../../environments/load.ts";
import { readProject } from "../../../environments/project.ts";
import type { ClusterPlan } from "../../../planning/plan-types.ts";
import { Harness } from "../kind/harness.ts";

const { name: project } = await readProject();
const owner = `${project}/lab`;

describe("what is up on this machine", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start();
    await harness.makeNetwork(owner);
  });
  afterEach(() => harness.stop());

  const recordStack = async () => {
    const folder = path.join(
      harness.root,
      "state/linkerd-topology/backend/.pulumi/stacks",
      project,
    );
    await mkdir(folder, { recursive: true });
    const cluster = (name: string, created: string) => ({
      urn: `urn:pulumi:lab::${project}::kind:index:Cluster::${name}`,
      custom: true,
      created,
      inputs: { name, generation: "1" },
    });
    const resources = [
      cluster("west", "2026-01-02T00:00:00Z"),
      cluster("east", "2026-01-01T00:00:00Z"),
    ];
    await writeFile(
      path.join(folder, "lab.json"),
      JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }),
    );
  };

  test("is this user's stacks, with when they began and how their clusters are", async () => {
    await harness.create({ owner });
    await recordStack();
    const { meshes, problems } = await list();
    assert.deepEqual(problems, []);
    assert.deepEqual(meshes, [
      {
        name: "lab",
        kind: "stack",
        clusters: [
          { name: "west", state: "running" },
          { name: "east", state: "missing" },
        ],
        since: "2026-01-01T00:00:00Z",
        whose: "yours, until `down`",
      },
    ]);
    await harness.alter("west-control-plane", ({ State }) => (State.Running = false));
    assert.equal((await list()).meshes[0]?.clusters[0]?.state, "stopped");
  });

  test("is also what somebody has whose state is not here", async () => {
    await harness.create({ owner });
    assert.deepEqual((await list()).meshes, [
      {
        name: "lab",
        kind: "elsewhere",
        clusters: [{ name: "west", state: "running" }],
        whose: `its state is not here (${owner})`,
      },
    ]);
  });

  test("may be more where Docker or a state can't be read: that is said", async () => {
    await recordStack();
    const file = path.join(
      harness.root,
      "state/linkerd-topology/backend/.pulumi/stacks",
      project,
      "lab.json",
    );
    await writeFile(file, "");
    await harness.behave("docker-fails");
    const { meshes, problems } = await list();
    assert.equal(meshes[0]?.name, "lab");
    assert.match(problems.join("\n"), /Docker can't be asked/);
    assert.match(problems.join("\n"), /lab\.json can't be read as the state of a stack/);
  });

  test("gets images only if all of them can be loaded", async () => {
    await harness.create({ owner });
    const plans = [
      { name: "west", type: "kind", kindName: "west" },
      { name: "gone", type: "kind", kindName: "gone" },
      { name: "theirs", type: "existing" },
    ] as ClusterPlan[];
    const request = {
      stack: "lab",
      images: ["/no/such.tar"],
      signal: new AbortController().signal,
    };
    await assert.rejects(loadImages({ ...request, clusters: plans }), (error: Error) => {
      assert.match(error.message, /^Nothing was loaded:\n/);
      assert.match(error.message, /there is no file \/no\/such\.tar/);
      assert.match(error.message, /gone has no nodes: `up` recreates it/);
      assert.match(error.message, /theirs is an existing cluster/);
      return true;
    });
    const archive = path.join(harness.root, "shop.tar");
    await writeFile(archive, "an archive");
    const loaded = await loadImages({ ...request, images: [archive], clusters: plans.slice(0, 1) });
    assert.deepEqual(loaded, [{ name: "west", nodes: 1 }]);
    const calls = await harness.calls();
    assert.ok(calls.some((call) => /west-control-plane ctr .*images import/.test(call)));
  });
});
