import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { assertEach } from "../assert-each.ts";
import { clusterGuard, clusterIdentity } from "../../providers/mesh/cluster-identity.ts";
import { crdsCleanup, crdsKept } from "../../providers/mesh/crds.ts";
import { noOtherLinkerd } from "../../providers/mesh/no-other-linkerd.ts";
import { installationAnnotation } from "../../planning/names.ts";
import type { Topology } from "../../planning/topology.ts";
import { FakeKubernetes } from "../unit/mesh/fake-kubernetes.ts";
import { type Checkpoint, TestEngine } from "./test-engine.ts";

const ours = "linkerd-topology:index";
const namespaces = "/api/v1/namespaces";

/** What knows which cluster it is in is real here, and asks fake API servers. */
const real = [clusterIdentity, clusterGuard, noOtherLinkerd, crdsCleanup, crdsKept];

describe("a stack in a cluster that exists", () => {
  let engine: TestEngine;
  let directory: string;
  let kubeconfig: string;
  let [a, b] = [] as unknown as [FakeKubernetes, FakeKubernetes];
  let up: Checkpoint;
  before(async () => {
    engine = await TestEngine.start({ tls: true, real });
    engine.world.outside.add("lab-guest");
    directory = await mkdtemp(path.join(os.tmpdir(), "engine-identity-"));
    kubeconfig = path.join(directory, "both.kubeconfig");
    [a, b] = [await FakeKubernetes.start(), await FakeKubernetes.start()];
    await write({ a, b }, "a");
    await engine.up(topology());
    up = engine.checkpoint();
  });
  beforeEach(async () => {
    await write({ a, b }, "a");
    await engine.restore(up);
    for (const fake of [a, b]) fake.requests.length = 0;
  });
  after(async () => {
    await engine.close();
    await Promise.all([a.stop(), b.stop(), rm(directory, { recursive: true })]);
  });

  const write = (
    contexts: Record<string, Pick<FakeKubernetes, "address">>,
    current: string,
  ): Promise<void> =>
    writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: Object.entries(contexts).map(([name, { address }]) => ({
          name,
          cluster: { server: address, "insecure-skip-tls-verify": true },
        })),
        users: [{ name: "me", user: { token: "hunter2" } }],
        contexts: Object.keys(contexts).map((name) => ({
          name,
          context: { cluster: name, user: "me" },
        })),
        "current-context": current,
      }),
    );
  const topology = (context?: string): Topology => ({
    clusters: [
      {
        name: "guest",
        kubeconfig,
        ...(context !== undefined && { context }),
        podSubnet: "10.1.0.0/16",
        serviceSubnet: "10.2.0.0/16",
      },
    ],
  });
  const identity = (checkpoint: Checkpoint): unknown => {
    const found = resourcesOf(checkpoint).find(({ type }) => type === `${ours}:ClusterIdentity`);
    return [found?.outputs?.["uid"], found?.outputs?.["usedContext"]];
  };
  /** What the stack's namespaces are annotated with. */
  const markOf = (checkpoint: Checkpoint) => {
    const found = resourcesOf(checkpoint).find(({ type }) => type === `${ours}:Vacancy`);
    return { [installationAnnotation]: String(found?.outputs?.["installation"]) };
  };
  const calls = () => engine.world.takeCalls().map(({ method, type }) => `${method} ${type}`);

  test("notes which cluster it is, and the context that was current then", () => {
    assert.deepEqual(identity(up), [a.uid, "a"]);
  });

  test("stays there, whatever context becomes the current one", async () => {
    await write({ a, b }, "b");
    assert.deepEqual((await engine.up(topology())).changes, []);
    await engine.destroy();
    assert.deepEqual(await engine.resources(), []);
    assert.deepEqual(b.requests, []);
  });

  test("does nothing at all where another cluster answers: neither up nor destroy", async () => {
    await write({ a: b, b: a }, "a");
    await assert.rejects(engine.up(topology()), /leads to a different cluster/);
    await assert.rejects(engine.destroy(), /leads to a different cluster/);
    assert.deepEqual(calls(), [], "something was made or deleted");
    assert.ok(b.requests.length > 0);
    assertEach(
      "requests that only look",
      b.requests,
      (request) => request === `GET ${namespaces}/kube-system`,
    );
    await write({ a, b }, "b");
    await engine.destroy();
    assert.deepEqual(await engine.resources(), []);
  });

  // The Kubernetes provider goes by the kubeconfig in the state, which has the noted context's server alone.
  test("a plain refresh is refused where another cluster answers, and takes nothing of it for the stack's", async () => {
    await write({ a: b, b: a }, "a");
    // The double of the provider tls knows nothing any more of what it made.
    const urns = async () =>
      (await engine.resources()).filter((urn) => !urn.includes("$tls:")).sort();
    const before = await urns();
    await assert.rejects(engine.refresh(), /leads to a different cluster/);
    assert.deepEqual(await urns(), before);
    assert.ok(b.requests.length > 0);
    assertEach(
      "requests that only look",
      b.requests,
      (request) => request === `GET ${namespaces}/kube-system`,
    );
  });

  test("does nothing at all where its cluster can't be asked", async () => {
    await write({ b }, "b");
    await assert.rejects(engine.up(topology()), /the context "a" of .* .*no longer exists/);
    await assert.rejects(engine.destroy(), /has no context "a"/);
    await rm(kubeconfig);
    await assert.rejects(engine.destroy(), /there is no kubeconfig file/);
    assert.deepEqual(calls(), []);
    assert.deepEqual(b.requests, []);
  });

  test("another context in the topology is another cluster: all that is in it is replaced", async () => {
    const { changes } = await engine.up(topology("b"));
    const replaced = (kind: string) =>
      changes.some((change) => /^(create-)?replace/.test(change) && change.includes(`:${kind} `));
    for (const kind of ["ClusterIdentity", "Vacancy", "DefinitionsCleanup", "ClusterGuard"]) {
      assert.ok(replaced(kind), `${kind} is not among ${changes.join("\n")}`);
    }
    assert.deepEqual(identity(engine.checkpoint()), [b.uid, "b"]);
    // What it did not have before is noted again, and the former cluster was tidied up.
    assert.ok(b.requests.includes(`GET ${namespaces}/linkerd`));
  });

  test("a foreign Linkerd there is refused, and nothing is changed in either", async () => {
    b.put(namespaces, { metadata: { name: "linkerd" } });
    await assert.rejects(engine.up(topology("b")), /has the namespace linkerd already/);
    b.remove(`${namespaces}/linkerd`);
    assert.deepEqual(
      calls().filter((call) => call.includes("kubernetes:")),
      [],
    );
    // The state now has both clusters. What is in the former one is known to the next command.
    const record = `${namespaces}/linkerd/secrets/sh.helm.release.v1.linkerd-crds.v1`;
    a.put(namespaces, { metadata: { name: "linkerd", annotations: markOf(engine.checkpoint()) } });
    a.put(path.dirname(record), {
      metadata: {
        name: path.basename(record),
        labels: { owner: "helm", name: "linkerd-crds", version: "1" },
      },
    });
    await engine.recover();
    assert.ok(a.has(record));
    const requests = [...a.requests, ...b.requests];
    assertEach("requests that only look", requests, (request) => request.startsWith("GET"));
    for (const object of [record, `${namespaces}/linkerd`]) a.remove(object);
  });

  test("another name for the same context, or the same file elsewhere, replaces nothing", async () => {
    await write({ alpha: a, b }, "b");
    const { changes } = await engine.up(topology("alpha"));
    assert.ok(changes.length > 0);
    assert.deepEqual(
      changes.filter((change) => !change.startsWith("update ")),
      [],
    );
    assert.deepEqual(identity(engine.checkpoint()), [a.uid, "alpha"]);
  });

  test("the same server under another address replaces nothing", async () => {
    const elsewhere = { address: a.address.replace("127.0.0.1", "localhost") };
    await write({ a: elsewhere, b }, "a");
    assert.deepEqual((await engine.up(topology())).changes, []);
    // Everything is asked of the server, by its other address.
    assert.ok(a.requests.length > 0);
    assert.deepEqual(identity(engine.checkpoint()), [a.uid, "a"]);
  });

  test("what no program is there for goes by the present kubeconfig, which no file has in plain text", async () => {
    const elsewhere = { address: a.address.replace("127.0.0.1", "localhost") };
    assert.ok(!(await engine.decryptedState()).includes(elsewhere.address));
    await write({ a: elsewhere, b }, "a");
    const isPresent = async () => (await engine.decryptedState()).includes(elsewhere.address);
    await engine.recover("up", topology());
    assert.ok(!(await isPresent()), "the program that follows gives it");
    await engine.recover("up", { clusters: [{ name: "west" }] });
    assert.ok(await isPresent(), "no program gives it any more");
    await engine.restore(up);
    await engine.recover("refresh");
    assert.ok(await isPresent());
    assert.deepEqual((await engine.up(topology())).changes, []);
    await engine.restore(up);
    await engine.recover("down");
    assert.ok(await isPresent());
    for (const { text } of await engine.files()) assert.ok(!text.includes("hunter2"));
  });

  test("a state from before is completed by an ordinary up, without anything recreated", async () => {
    await engine.restore({ ...up, state: fromBefore(up) });
    await assert.rejects(engine.up(topology()), /has none of the namespaces/);
    await engine.restore({ ...up, state: fromBefore(up) });
    const managedFields = [{ manager: "pulumi-kubernetes-1a2b" }];
    a.put(namespaces, { metadata: { name: "linkerd", uid: "1", managedFields } });
    const { changes } = await engine.up(topology());
    assert.deepEqual(
      changes.filter((change) => !change.startsWith("update ")),
      [
        `create ${ours}:ClusterGuard lab-guest`,
        `create ${ours}:ClusterIdentity lab-guest`,
        `create ${ours}:DefinitionsKept lab-guest-control-plane`,
      ],
    );
    assert.deepEqual(identity(engine.checkpoint()), [a.uid, "a"]);
    assert.deepEqual((await engine.up(topology())).changes, []);
    a.remove(`${namespaces}/linkerd`);
  });
});

interface StateResource {
  readonly urn: string;
  readonly type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}

interface StateFile {
  readonly checkpoint: { readonly latest: { resources: StateResource[] } };
}

function resourcesOf({ state = "" }: Checkpoint): StateResource[] {
  return (JSON.parse(state) as StateFile).checkpoint.latest.resources;
}

/** The state as an earlier version left it: no identity, and nothing that tells of one. */
function fromBefore({ state = "" }: Checkpoint): string {
  const file = JSON.parse(state) as StateFile;
  const later = /:(ClusterIdentity|ClusterGuard|DefinitionsKept)$/;
  const { latest } = file.checkpoint;
  const gone = new Set(latest.resources.filter(({ type }) => later.test(type)).map((r) => r.urn));
  latest.resources = latest.resources.filter(({ urn }) => !gone.has(urn));
  for (const resource of latest.resources) {
    const left = (urns: string[] = []) => urns.filter((urn) => !gone.has(urn));
    resource.dependencies = left(resource.dependencies);
    resource.propertyDependencies = Object.fromEntries(
      Object.entries(resource.propertyDependencies ?? {}).map(([key, urns]) => [key, left(urns)]),
    );
    for (const properties of [resource.inputs, resource.outputs]) {
      for (const key of ["clusterUid", "installation", "adopted", "clusterIdentifier", "context"]) {
        if (properties !== undefined) Reflect.deleteProperty(properties, key);
      }
    }
  }
  return JSON.stringify(file);
}
