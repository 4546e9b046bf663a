// What protects clusters and trust anchors: Pulumi's option `protect`, and the policy pack that insists on it.
import assert from "node:assert/strict";
import { chmod, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Topology } from "../../planning/topology.ts";
import { temporaryDirectory } from "../temporary.ts";
import { TestEngine, type Checkpoint, type PreviewHow } from "./test-engine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pair: Topology = { clusters: [{ name: "west" }, { name: "east" }] };
const newEast: Topology = {
  clusters: [{ name: "west" }, { name: "east", podSubnet: "10.99.0.0/21" }],
};
const protect = { "linkerd-topology:protect": true };
/** The project's own program, in this process: half of an update's time. */
const inline = { asCommand: {} };
const protectedAs = (what: RegExp) => new RegExp(`${what.source}.* cannot be deleted`, "s");

describe("a protected stack", () => {
  let engine: TestEngine;
  let up: Checkpoint;
  before(async () => {
    engine = await TestEngine.start({ tls: true });
    await engine.up(pair, { ...inline, config: protect });
    up = engine.checkpoint();
  });
  beforeEach(() => engine.restore(up));
  after(() => engine.close());

  const refused = (topology: Topology, what: RegExp) =>
    assert.rejects(engine.preview(topology, { ...inline, config: protect }), protectedAs(what));

  test("has clusters, their providers and the trust anchor protected, and nothing else", async () => {
    const { resources } = await engine.stored();
    const types = resources.filter(({ protect: on }) => on === true).map(({ urn }) => urn);
    assert.deepEqual(
      [...new Set(types.map((urn) => urn.split("::")[2]?.split("$").at(-1)))].sort(),
      [
        "kind:index:Cluster",
        "linkerd-topology:index:KindCluster",
        "linkerd-topology:index:TrustAnchor",
        "pulumi:providers:kubernetes",
        "tls:index/privateKey:PrivateKey",
        "tls:index/selfSignedCert:SelfSignedCert",
      ],
    );
  });

  test("lets edits of anything else pass", async () => {
    const { changes } = await engine.preview(
      { ...pair, links: [{ from: "west", to: "east" }], linkerd: { restart: ["shop"] } },
      { ...inline, config: protect },
    );
    assert.ok(changes.some((change) => change.startsWith("create ")));
    assert.ok(changes.some((change) => change.startsWith("update ")));
  });

  test("refuses in a preview to recreate a cluster, and to take one out", async () => {
    await refused(newEast, /lab-east-/);
    await refused({ clusters: [{ name: "west" }] }, /lab-east-/);
  });

  test("refuses in a preview to take a trust anchor out", async () => {
    await refused(
      { ...pair, trust: { anchors: [{ generation: 2 }] } },
      /PrivateKey|SelfSignedCert/,
    );
  });

  test("is refused by the preview of a destroy, each protected resource with what to do", async () => {
    await assert.rejects(engine.previewDestroy(), (error: Error) => {
      assert.match(error.message, protectedAs(/lab-west-/));
      assert.match(error.message, protectedAs(/lab-east-/));
      assert.match(error.message, /pulumi state unprotect/);
      return true;
    });
  });

  test("keeps clusters and trust anchor in a destroy without a preview, which deletes other things", async () => {
    engine.world.takeCalls();
    await assert.rejects(engine.destroy(), protectedAs(/lab-west-/));
    const deleted = engine.world.takeCalls().filter(({ method }) => method === "delete");
    const types = new Set(deleted.map(({ type }) => type));
    assert.ok(types.size > 0);
    for (const kept of ["kind:index:Cluster", "tls:index/selfSignedCert:SelfSignedCert"]) {
      assert.ok(!types.has(kept), kept);
    }
  });

  test("can be edited again once its configuration no longer protects it", async () => {
    const { changes } = await engine.up(pair, inline);
    assert.deepEqual(changes, []);
    const { changes: removed } = await engine.preview({ clusters: [{ name: "west" }] }, inline);
    assert.ok(removed.some((change) => /^delete kind:index:Cluster lab-east/.test(change)));
  });
});

describe("a topology that protects itself, as a plain file can", () => {
  let engine: TestEngine;
  const itself = (topology: Topology): Topology => ({ ...topology, protect: true });
  before(async () => {
    engine = await TestEngine.start({ tls: true, inline: true });
    await engine.up(itself(pair));
  });
  after(() => engine.close());

  test("refuses in a preview to recreate a cluster, with or without the key", async () => {
    await assert.rejects(engine.preview(itself(newEast)), protectedAs(/lab-east-/));
    await assert.rejects(engine.preview(newEast), protectedAs(/lab-east-/));
  });

  test("has clusters and the trust anchor protected until it says otherwise", async () => {
    const protectedNow = async () =>
      (await engine.stored()).resources.filter((one) => one.protect === true).length;
    assert.ok((await protectedNow()) > 6);
    const { changes } = await engine.up({ ...pair, protect: false });
    assert.deepEqual(changes, []);
    assert.equal(await protectedNow(), 0);
  });

  test("yields to the stack's configuration", async () => {
    await engine.up(itself(pair), { ...inline, config: { "linkerd-topology:protect": false } });
    const { changes } = await engine.preview({ clusters: [{ name: "west" }] }, inline);
    assert.ok(changes.some((change) => /^delete kind:index:Cluster lab-east/.test(change)));
  });
});

describe("the policy pack", () => {
  let directory: string;
  let engine: TestEngine;
  let up: Checkpoint;
  let pack: string;
  before(async () => {
    directory = await temporaryDirectory("engine-test");
    pack = await servedPack(directory);
    engine = await TestEngine.start({ tls: true });
    await engine.up(pair, inline);
    up = engine.checkpoint();
  });
  beforeEach(() => engine.restore(up));
  after(async () => {
    await engine.close();
    await rm(directory, { recursive: true });
  });

  /** With stacks such as the tests' `lab` among the protected ones, or the pack's own defaults. */
  async function withPack(config?: object): Promise<PreviewHow> {
    if (config === undefined) return { ...inline, policyPacks: [pack] };
    const file = path.join(directory, "config.json");
    await writeFile(file, JSON.stringify(config));
    return { ...inline, policyPacks: [pack], policyPackConfigs: [file] };
  }
  const stacks = ["^lab$"];
  const guarded = {
    "clusters-protected": { stacks },
    "trust-anchors-protected": { stacks },
    "trust-anchors-kept": { stacks },
  };

  test("says nothing of a stack that its configuration doesn't name: by default, lab is none", async () => {
    const { changes } = await engine.preview(newEast, await withPack());
    assert.ok(changes.length > 0);
  });

  test("refuses clusters and anchors without protection in a protected stack, each by its name", async () => {
    const preview = engine.preview(newEast, await withPack(guarded));
    await assert.rejects(preview, (error: Error) => {
      assert.match(error.message, /clusters-protected/);
      assert.match(error.message, /the cluster lab-east-\w+ is not protected/);
      assert.match(error.message, /the trust anchor lab is not protected/);
      assert.match(
        error.message,
        /`protect: true` in the topology, `linkerd-topology:protect: true`/,
      );
      return true;
    });
  });

  test("refuses to give up the protection and replace a cluster in one edit", async () => {
    await engine.up(pair, { ...inline, config: protect });
    const both = { ...(await withPack(guarded)), config: { "linkerd-topology:protect": false } };
    await assert.rejects(engine.preview(newEast, both), /lab-east-\w+ is not protected/);
  });

  test("stops an update without a preview before it touches anything", async () => {
    const how = await withPack(guarded);
    engine.world.takeCalls();
    await assert.rejects(engine.up(newEast, how), /is not protected/);
    const changed = engine.world.takeCalls().filter(({ method }) => method !== "read");
    assert.deepEqual(
      changed.filter(({ type }) => type === "kind:index:Cluster"),
      [],
    );
  });

  test("lets a protected stack pass, and keeps the anchors that its configuration lists", async () => {
    const config = protect;
    await engine.up(pair, { ...(await withPack(guarded)), config });
    const outputs = (await engine.outputs()) as { trustAnchors: { fingerprint: string }[] };
    const fingerprint = outputs.trustAnchors[0]?.fingerprint ?? "";
    assert.match(fingerprint, /^[0-9A-F:]{95}$/);
    const anchors = (...list: string[]) => ({
      ...guarded,
      "trust-anchors-kept": { stacks, anchors: list },
    });
    const { changes } = await engine.preview(pair, {
      ...(await withPack(anchors(fingerprint))),
      config,
    });
    assert.deepEqual(changes, []);
    const other = fingerprint.replace(/^../, fingerprint.startsWith("00") ? "11" : "00");
    const preview = engine.preview(pair, { ...(await withPack(anchors(other))), config });
    await assert.rejects(preview, /would no longer trust 00:|would no longer trust 11:/);
  });
});

/**
 * Pulumi's host for Node.js serves packs by `run-policy-pack`. The host at hand is older than that, so the engine starts
 * a program that does the same.
 */
async function servedPack(directory: string): Promise<string> {
  const file = path.join(directory, "pulumi-analyzer-linkerd-topology");
  const pack = path.join(root, "policy-pack");
  const run = path.join(root, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${run}" "$1" "${pack}"\n`);
  await chmod(file, 0o755);
  return file;
}
