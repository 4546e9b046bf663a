import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { parse, stringify } from "yaml";
import { isNotFound } from "../../kubernetes/errors.ts";
import { TestEnvironment } from "./environment.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import {
  declareOutside,
  httpRoutes,
  type Listing,
  type OutsidePair,
  type OutsideScenario,
} from "./outside-pair.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const profiles = "/apis/linkerd.io/v1alpha2/namespaces/default/serviceprofiles";

/**
 * Two clusters in one kubeconfig file, of which a stack has one: whatever becomes of the file's current
 * context, the other one stays as it is. Then the topology names the other one, and the stack moves.
 * test/engine/identity.test.ts shows the same on doubles with every push.
 *
 * The tests build on each other.
 */
const twoContexts: OutsideScenario = {
  name: "two-contexts",
  title: "two clusters in one kubeconfig, of which a stack has one",
  tests,
};

declareOutside(import.meta.filename, [twoContexts]);

function tests(pair: OutsidePair): void {
  let ours: OutsideCluster;
  let other: OutsideCluster;
  let environment: TestEnvironment;
  let file = "";

  const topology = (kubeconfig: string, context?: string) => {
    const { podSubnet, serviceSubnet } = context === other.name ? other : ours;
    const { node } = context === other.name ? other : ours;
    return {
      clusters: [
        {
          name: "guest",
          kubeconfig,
          ...(context !== undefined && { context }),
          ...{ podSubnet, serviceSubnet },
          apiServer: `https://${node}:6443`,
        },
      ],
    };
  };
  const use = (current: OutsideCluster, swapped = false): Promise<void> =>
    writeBoth(file, [ours, other], { current: current.name, swapped });
  const listing = (cluster: OutsideCluster): Promise<Listing> => pair.list(cluster);
  const untouched = (cluster: OutsideCluster): Promise<void> => pair.assertAsBefore(cluster);
  const sameAs = (listed: Listing, cluster: OutsideCluster): Promise<void> =>
    pair.assertAs(listed, cluster);

  before(async () => {
    ({ north: ours, south: other } = pair);
    environment = await TestEnvironment.create("contexts", { clusters: [] });
    file = path.join(environment.directory, "both.kubeconfig");
    await use(ours);
    await environment.change(topology(file));
  });
  after(() => environment.dispose({ down: true }));

  test("up installs into the current context, and into nothing else", async () => {
    assert.ok((await environment.up()).proof.proved);
    await untouched(other);
  });

  test("another current context changes nothing: the stack stays in its cluster", async () => {
    await use(other);
    const { changes } = await environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
    const { healthy, table } = await environment.status();
    assert.ok(healthy, table);
    await untouched(other);
  });

  test("where the context leads to a different cluster, up, status and down refuse", async () => {
    const installed = await listing(ours);
    await use(ours, true);
    await assert.rejects(environment.up(), /another cluster/);
    assert.equal((await environment.status()).healthy, false);
    await assert.rejects(environment.down(), /another cluster/);
    await untouched(other);
    await sameAs(installed, ours);
    await use(other);
  });

  test("down with another current context takes all away, and touches nothing of the other", async () => {
    await ours.api.post(profiles, {
      apiVersion: "linkerd.io/v1alpha2",
      kind: "ServiceProfile",
      metadata: { name: "web.default.svc.cluster.local" },
      spec: { routes: [] },
    });
    await environment.down();
    await untouched(other);
    // Somebody's object of a definition that came with Linkerd stays, and with it the definition.
    await ours.api.delete(`${profiles}/web.default.svc.cluster.local`);
    await ours.api.delete(`${definitions}/serviceprofiles.linkerd.io`);
    await untouched(ours);
    await other.api.get(httpRoutes);
    await assert.rejects(ours.api.get(httpRoutes), isNotFound);
  });

  test("a foreign Linkerd in the cluster of another context is refused, before anything moves", async () => {
    await environment.change(topology(file, ours.name));
    assert.ok((await environment.up()).proof.proved);
    const installed = await listing(ours);
    await other.api.post("/api/v1/namespaces", { metadata: { name: "linkerd" } });
    await environment.change(topology(file, other.name));
    await assert.rejects(environment.up(), /has the namespace linkerd already/);
    await sameAs(installed, ours);
    await other.api.delete("/api/v1/namespaces/linkerd");
    await untouched(other);
  });

  test("another context is another cluster: the stack moves there, and leaves nothing behind", async () => {
    assert.ok((await environment.up()).proof.proved);
    await untouched(ours);
    await other.api.get("/api/v1/namespaces/linkerd");
    await environment.down();
    await untouched(other);
    await untouched(ours);
    assert.deepEqual(await environment.traces(), []);
  });
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: object }];
  readonly users: readonly [{ readonly user: object }];
}

/** One file with a context for each cluster; `swapped`: each context leads to the other's cluster. */
async function writeBoth(
  file: string,
  clusters: readonly OutsideCluster[],
  { current, swapped }: { readonly current: string; readonly swapped: boolean },
): Promise<void> {
  const names = clusters.map(({ name }) => name);
  const configs = await Promise.all(
    (swapped ? clusters.toReversed() : clusters).map(
      async ({ kubeconfig }) => parse(await readFile(kubeconfig, "utf8")) as Kubeconfig,
    ),
  );
  const each = <T>(make: (name: string, config: Kubeconfig) => T): T[] =>
    configs.map((config, index) => make(names[index] ?? "", config));
  const merged = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: each((name, config) => ({ name, cluster: config.clusters[0].cluster })),
    users: each((name, config) => ({ name, user: config.users[0].user })),
    contexts: each((name) => ({ name, context: { cluster: name, user: name } })),
  };
  await writeFile(file, stringify(merged), { mode: 0o600 });
}
