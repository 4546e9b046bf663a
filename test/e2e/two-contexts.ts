import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";
import { timeLimits } from "../../planning/time-limits.ts";
import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import { isNotFound } from "../../verification/kubernetes/errors.ts";
import { differences, listObjects } from "./api-objects.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import { settled } from "./outside-clusters.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const httpRoutes = `${definitions}/httproutes.gateway.networking.k8s.io`;

const profiles = "/apis/linkerd.io/v1alpha2/namespaces/default/serviceprofiles";

/** Every object of a cluster, by which it is told whether anything in it was touched. */
type Listing = ReadonlyMap<string, string>;

/** One step of the story, which a runner of tests makes a test of. */
export interface Step {
  readonly title: string;
  run(): Promise<void>;
}

/**
 * Two clusters in one kubeconfig file, of which a stack has one: whatever becomes of the file's current
 * context, the other one stays as it is. Then the topology names the other one, and the stack moves.
 *
 * The steps build on each other. They leave both clusters as they were.
 *
 * @param purpose part of the stack's name
 * @param gatewayApi YAML file with the Gateway API's definitions, which the second cluster has
 */
export async function twoContexts(
  purpose: string,
  [ours, other]: readonly [OutsideCluster, OutsideCluster],
  gatewayApi: string | undefined,
): Promise<{ readonly steps: readonly Step[]; dispose(): Promise<void> }> {
  await installGatewayApi(other, gatewayApi);
  for (const { api } of [ours, other]) await settled(api);
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
  const environment = await TestEnvironment.create(purpose, { clusters: [] });
  const file = path.join(environment.directory, "both.kubeconfig");
  const use = (current: OutsideCluster, swapped = false): Promise<void> =>
    writeBoth(file, [ours, other], { current: current.name, swapped });
  await use(ours);
  await environment.change(topology(file));
  const before: Readonly<Record<string, Listing>> = {
    [ours.name]: await listing(ours),
    [other.name]: await listing(other),
  };
  const untouched = (cluster: OutsideCluster) => sameAs(before[cluster.name], cluster.api);

  const steps: Step[] = [
    {
      title: "up installs into the current context, and into nothing else",
      run: async () => {
        assert.ok((await environment.up()).proof.proved);
        await untouched(other);
      },
    },
    {
      title: "another current context changes nothing: the stack stays in its cluster",
      run: async () => {
        await use(other);
        const { changes } = await environment.up();
        assert.deepEqual(Object.keys(changes), ["same"]);
        const { healthy, table } = await environment.status();
        assert.ok(healthy, table);
        await untouched(other);
      },
    },
    {
      title: "where the context leads to another cluster, up, status and down refuse",
      run: async () => {
        const installed = await listing(ours);
        await use(ours, true);
        await assert.rejects(environment.up(), /another cluster/);
        assert.equal((await environment.status()).healthy, false);
        await assert.rejects(environment.down(), /another cluster/);
        await untouched(other);
        await sameAs(installed, ours.api);
        await use(other);
      },
    },
    {
      title: "down with another current context takes all away, and touches nothing of the other",
      run: async () => {
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
      },
    },
    {
      title:
        "a foreign Linkerd in the cluster of another context is refused, before anything moves",
      run: async () => {
        await environment.change(topology(file, ours.name));
        assert.ok((await environment.up()).proof.proved);
        const installed = await listing(ours);
        await other.api.post("/api/v1/namespaces", { metadata: { name: "linkerd" } });
        await environment.change(topology(file, other.name));
        await assert.rejects(environment.up(), /has the namespace linkerd already/);
        await sameAs(installed, ours.api);
        await other.api.delete("/api/v1/namespaces/linkerd");
        await untouched(other);
      },
    },
    {
      title: "another context is another cluster: the stack moves there, and leaves nothing behind",
      run: async () => {
        assert.ok((await environment.up()).proof.proved);
        await untouched(ours);
        await other.api.get("/api/v1/namespaces/linkerd");
        await environment.down();
        await untouched(other);
        await untouched(ours);
        assert.deepEqual(await environment.traces(), []);
      },
    },
  ];
  return { steps, dispose: () => environment.dispose() };
}

async function listing({ name, api }: OutsideCluster): Promise<Listing> {
  // The API server may still be preparing the storage of what was just defined.
  return eventually(`the objects of ${name}`, timeLimits.apiServerAnswers, () => listObjects(api));
}

async function sameAs(before: Listing | undefined, api: KubernetesApi): Promise<void> {
  assert.ok(before !== undefined);
  let left: string[] = ["nothing was listed"];
  await eventually("the listing of before", timeLimits.mirrorFollows, async () => {
    left = differences(before, await listObjects(api));
    return left.length === 0 ? true : undefined;
  }).catch(() => undefined);
  assert.deepEqual(left, []);
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

async function installGatewayApi({ api }: OutsideCluster, file: string | undefined): Promise<void> {
  assert.ok(file !== undefined, "the sources have no definitions of the Gateway API");
  for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
    const definition = document.toJS() as { kind?: string } | null;
    if (definition?.kind === "CustomResourceDefinition") await api.post(definitions, definition);
  }
}
