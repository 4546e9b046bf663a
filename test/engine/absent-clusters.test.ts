// Existing clusters that don't answer: what a preview, a refresh and a destroy say, how long that takes, and that the
// state keeps everything. It waits for most of its time. Node.js runs files in the order of their names, so this one
// waits while others work.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Topology } from "../../planning/topology.ts";
import { clusterGuard, clusterIdentity } from "../../providers/mesh/cluster-identity.ts";
import { crdsCleanup, crdsKept } from "../../providers/mesh/crds.ts";
import { noOtherLinkerd } from "../../providers/mesh/no-other-linkerd.ts";
import { FakeKubernetes } from "../unit/mesh/fake-kubernetes.ts";
import { type Checkpoint, TestEngine } from "./test-engine.ts";

/** What knows which cluster it is in is real here. */
const looking = [clusterIdentity, clusterGuard, noOtherLinkerd, crdsCleanup, crdsKept];

/** A message with the cluster's address, and both ways out. */
const message =
  /no answer to .*http:\/\/127\.0\.0\.1:\d+.*Nothing was changed: start it.*PULUMI_K8S_DELETE_UNREACHABLE=true/s;

describe("a stack in a cluster that doesn't answer", { timeout: 600_000 }, () => {
  let engine: TestEngine;
  let directory: string;
  let kubeconfig: string;
  let cluster: FakeKubernetes;
  let up: Checkpoint;
  const silent = net.createServer(() => undefined);
  before(async () => {
    engine = await TestEngine.start({ tls: true, real: looking });
    engine.world.outside.add("lab-guest");
    directory = await mkdtemp(path.join(os.tmpdir(), "engine-unreachable-"));
    kubeconfig = path.join(directory, "guest.kubeconfig");
    cluster = await FakeKubernetes.start();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    await leadTo(cluster.address);
    await engine.up(topology());
    up = engine.checkpoint();
  });
  beforeEach(() => engine.restore(up));
  after(async () => {
    delete process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
    await engine.close();
    silent.close();
    await Promise.all([cluster.stop(), rm(directory, { recursive: true })]);
  });

  const topology = (): Topology => ({
    clusters: [
      { name: "guest", kubeconfig, podSubnet: "10.1.0.0/16", serviceSubnet: "10.2.0.0/16" },
    ],
  });
  const leadTo = (server: string): Promise<void> =>
    writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: "guest", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "me", user: { token: "hunter2" } }],
        contexts: [{ name: "guest", context: { cluster: "guest", user: "me" } }],
        "current-context": "guest",
      }),
    );
  const ways = {
    "nothing listens": () => leadTo("http://127.0.0.1:1"),
    "a port that never answers": () =>
      leadTo(`http://127.0.0.1:${(silent.address() as net.AddressInfo).port}`),
  };
  const commands = {
    preview: () => engine.preview(topology()),
    up: () => engine.up(topology()),
    refresh: () => engine.refresh(),
    destroy: () => engine.destroy(),
  };

  /** The double of the provider tls knows nothing of what another one made: a refresh drops it. */
  const kept = async () =>
    (await engine.resources()).filter((urn) => !urn.includes("$tls:")).sort();

  for (const [way, lead] of Object.entries(ways)) {
    for (const [command, run] of Object.entries(commands)) {
      test(`${command}, ${way}: a message with the ways out, and nothing lost`, async () => {
        await lead();
        const before = await kept();
        const began = performance.now();
        await assert.rejects(run(), message);
        const seconds = (performance.now() - began) / 1000;
        assert.ok(seconds < 120, `it took ${seconds.toFixed(0)} s`);
        assert.deepEqual(await kept(), before);
        const changed = engine.world.takeCalls().filter(({ method }) => method !== "read");
        assert.deepEqual(changed, []);
      });
    }
  }

  test("its kubeconfig is gone: refresh and destroy say so, with the ways out, and keep everything", async () => {
    await rm(kubeconfig);
    const before = await kept();
    for (const run of [commands.refresh, commands.destroy]) {
      await assert.rejects(
        run(),
        /there is no kubeconfig file .*PULUMI_K8S_DELETE_UNREACHABLE=true/s,
      );
      assert.deepEqual(await kept(), before);
    }
  });

  test("destroy lets go of it where a person says that it is gone", async () => {
    await ways["nothing listens"]();
    process.env["PULUMI_K8S_DELETE_UNREACHABLE"] = "true";
    try {
      await engine.recover("down");
      await engine.destroy();
    } finally {
      delete process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
    }
    assert.deepEqual(await engine.resources(), []);
  });
});
