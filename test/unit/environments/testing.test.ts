import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { hold } from "../../../environments/testing/held-topology.ts";
import type { RunMesh } from "../../../environments/runs/run-mesh.ts";
import { useTopology } from "../../../testing.ts";
import type { TestHooks, TestMesh } from "../../../testing.ts";
import { assertEach } from "../../assert-each.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { startStubMesh, two } from "./stub-mesh.ts";
import type { StubMesh } from "./stub-mesh.ts";

/** A runner whose hooks a test calls itself. */
class Hooks implements TestHooks {
  readonly #called: Record<string, (() => Promise<void>)[]> = {};
  readonly limits: number[] = [];

  readonly beforeAll = this.#note("beforeAll");
  readonly afterAll = this.#note("afterAll");
  readonly afterEach = this.#note("afterEach");

  async call(name: keyof TestHooks): Promise<void> {
    for (const hook of this.#called[name] ?? []) await hook();
  }

  #note(name: string) {
    return (hook: () => Promise<void>, timeout: number): void => {
      this.limits.push(timeout);
      (this.#called[name] ??= []).push(hook);
    };
  }
}

describe("useTopology on a mesh that is shared", () => {
  const was = { ...process.env };
  let directory = "";
  let mesh: StubMesh;
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  let hooks: Hooks;
  let lab: TestMesh;

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    mesh = await startStubMesh(directory);
    ({ west, east } = mesh);
    Object.assign(process.env, mesh.env);
  });
  after(async () => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, was);
    await mesh.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    hooks = new Hooks();
    lab = useTopology(two, { hooks });
  });
  afterEach(async () => {
    await hooks.call("afterAll");
  });

  const made = (fake: FakeKubernetes) =>
    fake.requests.filter((one) => one === "POST /api/v1/namespaces").length;

  it("has it from the first test to the last, and no longer", async () => {
    assert.throws(() => lab.mesh, /there is no mesh here/);
    await hooks.call("beforeAll");
    assert.equal(lab.mesh.name, "two-abc123");
    assert.deepEqual(
      lab.mesh.clusters.map(({ name, context }) => [name, context]),
      [
        ["west", "west"],
        ["east", "east"],
      ],
    );
    await hooks.call("afterAll");
    assert.throws(() => lab.mesh, /there is no mesh here/);
    assertEach("limits in seconds", hooks.limits, (limit) => limit > 60_000);
  });

  it("makes a namespace in every cluster, and removes it after the test", async () => {
    await hooks.call("beforeAll");
    const { name, apply } = await lab.namespace("shop");
    assert.match(name, /^shop-[0-9a-f]{8}$/);
    assert.deepEqual([made(west), made(east)], [1, 1]);
    const colours = `/api/v1/namespaces/${name}/configmaps/colours`;
    east.answers.set(colours, ok({}));
    const text = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: colours } }";
    const applied = await apply(text, ["east"]);
    assert.deepEqual(applied, [{ cluster: "east", object: "ConfigMap colours" }]);
    await assert.rejects(apply(text, ["north"]), /there is no cluster "north"/);
    await hooks.call("afterEach");
    for (const fake of [west, east]) {
      const deleted = fake.requests.filter((one) => one === `DELETE /api/v1/namespaces/${name}`);
      assert.equal(deleted.length, 1);
    }
    // A second reset has nothing to remove.
    await hooks.call("afterEach");
    assert.equal(west.requests.filter((one) => one.startsWith("DELETE")).length, 1);
  });

  it("removes what was created half-way, and says which cluster failed", async () => {
    await hooks.call("beforeAll");
    east.answers.set("/api/v1/namespaces", {
      status: 403,
      body: { kind: "Status", reason: "Forbidden", message: "no right" },
    });
    await assert.rejects(lab.namespace(), /^Error: east: .*no right/);
    east.answers.delete("/api/v1/namespaces");
    const before = west.requests.length;
    await hooks.call("afterEach");
    assert.match(west.requests.slice(before).join(), /DELETE \/api\/v1\/namespaces\/test-/);
  });

  it("refuses a mesh of another topology", async () => {
    const other = new Hooks();
    useTopology({ clusters: [{ name: "west" }, { name: "north" }] }, { hooks: other });
    await assert.rejects(
      other.call("beforeAll"),
      /has the clusters east, west .* asks for .*north/,
    );
  });

  it("refuses half of the variables", async () => {
    const { KUBECONFIG_EAST } = process.env;
    Reflect.deleteProperty(process.env, "KUBECONFIG_EAST");
    await assert.rejects(hooks.call("beforeAll"), /KUBECONFIG_EAST is missing/);
    Object.assign(process.env, { KUBECONFIG_EAST });
  });

  it("works with the hooks of node:test, in a process of its own", async () => {
    const file = path.join(directory, "own.test.mjs");
    const entry = new URL("../../../testing.ts", import.meta.url).href;
    const text = `import assert from "node:assert/strict";
      import { test } from "node:test";
      import { useTopology } from ${JSON.stringify(entry)};
      const lab = useTopology(${JSON.stringify(two)});
      test("one", async () => assert.match((await lab.namespace()).name, /^test-/));`;
    await writeFile(file, text);
    const before = made(east);
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"];
    const { stdout } = await promisify(execFile)(process.execPath, ["--test", file], { env });
    assert.match(stdout, /pass 1/);
    assert.equal(made(east), before + 1);
    assert.match(east.requests.at(-1) ?? "", /GET \/api\/v1\/namespaces\/test-/);
  });
});

describe("a mesh that hooks hold", () => {
  const mesh = { name: "two-abc123" } as RunMesh;

  it("stays until it is released", async () => {
    const steps: string[] = [];
    const held = await hold(async (use) => {
      steps.push("up");
      await use(mesh);
      steps.push("down");
    });
    assert.equal(held.mesh, mesh);
    assert.deepEqual(steps, ["up"]);
    await held.release();
    assert.deepEqual(steps, ["up", "down"]);
  });

  it("says why it could not be brought up, and why not removed", async () => {
    await assert.rejects(
      hold(() => Promise.reject(new Error("no Docker"))),
      /no Docker/,
    );
    const held = await hold(async (use) => {
      await use(mesh);
      throw new Error("a node stays");
    });
    await assert.rejects(held.release(), /a node stays/);
  });
});
