import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe } from "node:test";
import { parseAllDocuments, parseDocument } from "yaml";
import { applyTo, readManifests } from "../../environments/apply.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import type { ClusterSpec } from "../../planning/topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { root } from "../runner/layers.ts";
import { isScenarioWanted } from "../runner/test-files.ts";
import { differences, listObjects } from "./api-objects.ts";
import { eventually } from "./environment.ts";
import { type OutsideCluster, OutsideClusters, settled } from "./outside-clusters.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
export const httpRoutes = `${definitions}/httproutes.gateway.networking.k8s.io`;

/** Every object of a cluster. By it a test detects whether anything was changed. */
export type Listing = ReadonlyMap<string, string>;

/** What one scenario proves on clusters that are somebody's, and how it leaves them. Its file bears its name. */
export interface OutsideScenario {
  readonly name: string;
  readonly title: string;
  /** Declares its hooks and tests, which end with {@link OutsidePair.assertAsBefore}. */
  tests(pair: OutsidePair): void;
}

/** What is special about a pair of clusters. */
export interface OutsidePairOptions {
  /** Archives of images that the nodes have beside those of the sources. @default none */
  readonly archives?: readonly string[];
  /** Makes the new clusters otherwise than kind does, before anything is in them. @default nothing */
  readonly prepare?: (clusters: readonly OutsideCluster[]) => Promise<void>;
}

/**
 * Two clusters that somebody has, north and south, with something in them: a namespace each, a Service, and
 * in south the Gateway API. Scenarios use them one after the other, and leave them as they were.
 */
export class OutsidePair {
  #outside: OutsideClusters | undefined;
  #listed: ReadonlyMap<string, Listing> = new Map();
  /** Kubeconfigs by cluster. */
  readonly #limited = new Map<string, string>();
  readonly #options: OutsidePairOptions;

  constructor(options: OutsidePairOptions = {}) {
    this.#options = options;
  }

  get north(): OutsideCluster {
    return this.#cluster("north");
  }

  get south(): OutsideCluster {
    return this.#cluster("south");
  }

  /** Where images and charts come from. */
  get sources(): Sources | undefined {
    return this.#outside?.sources;
  }

  /** In the form of a topology, with the rights that docs/existing-clusters.md asks for. */
  spec({ name, node, podSubnet, serviceSubnet }: OutsideCluster): ClusterSpec {
    const kubeconfig = this.#limited.get(name);
    assert.ok(kubeconfig !== undefined, `the cluster ${name} has no account yet`);
    return { name, kubeconfig, podSubnet, serviceSubnet, apiServer: `https://${node}:6443` };
  }

  async start(): Promise<void> {
    const { archives, prepare } = this.#options;
    this.#outside = await OutsideClusters.create(["north", "south"], archives);
    const both = [this.north, this.south];
    await prepare?.(both);
    for (const cluster of both) {
      await cluster.api.post("/api/v1/namespaces", { metadata: { name: "shop" } });
      this.#limited.set(cluster.name, await limitedKubeconfig(cluster, "account"));
    }
    await this.south.api.post("/api/v1/namespaces/shop/services", {
      metadata: { name: "web", labels: { "mirror.linkerd.io/exported": "true" } },
      spec: { ports: [{ port: 80 }] },
    });
    await installGatewayApi(this.south, this.#outside.sources?.gatewayApi);
    for (const { api } of both) await settled(api);
    const entries = both.map(async (cluster) => [cluster.name, await this.list(cluster)] as const);
    this.#listed = new Map(await Promise.all(entries));
  }

  /** All current objects of a cluster. */
  async list({ name, api }: OutsideCluster): Promise<Listing> {
    // The API server may still be preparing the storage of what was just defined.
    return eventually(`the objects of ${name}`, timeLimits.apiServerAnswers, () =>
      listObjects(api),
    );
  }

  /** Waits until a cluster has exactly the objects of a listing. */
  async assertAs(listed: Listing | undefined, { name, api }: OutsideCluster): Promise<void> {
    assert.ok(listed !== undefined && listed.size > 0, `nothing was listed in ${name}`);
    await eventually(`${name} as it was listed`, timeLimits.mirrorFollows, async () => {
      assert.deepEqual(differences(listed, await listObjects(api)), []);
      return true;
    });
  }

  /** The objects are exactly those of the beginning. */
  async assertAsBefore(...clusters: readonly OutsideCluster[]): Promise<void> {
    for (const cluster of clusters.length > 0 ? clusters : [this.north, this.south]) {
      await this.assertAs(this.#listed.get(cluster.name), cluster);
    }
  }

  async dispose(): Promise<void> {
    await this.#outside?.dispose();
    this.#outside = undefined;
  }

  #cluster(name: string): OutsideCluster {
    const found = this.#outside?.clusters.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the cluster ${name} is not up`);
    return found;
  }
}

/** Declares the scenarios of a file, on one pair. */
export function declareOutside(
  file: string,
  scenarios: readonly OutsideScenario[],
  pair = new OutsidePair(),
): void {
  before(() => pair.start());
  after(() => pair.dispose());
  for (const scenario of scenarios) {
    if (!isScenarioWanted(file, scenario.name)) continue;
    describe(`${scenario.name}: ${scenario.title}`, { timeout: 900_000 }, () => {
      // Otherwise this scenario would be blamed for what a failed one left behind.
      before(() => pair.assertAsBefore());
      scenario.tests(pair);
    });
  }
}

/** The accounts of examples/existing-cluster, by their files there. */
const accounts = { account: "linkerd-topology", reader: "linkerd-topology-reader" } as const;

/** Creates an account of examples/existing-cluster, and a kubeconfig file that uses it. */
export async function limitedKubeconfig(
  { name, api, kubeconfig }: OutsideCluster,
  which: keyof typeof accounts,
): Promise<string> {
  const file = path.join(root, `examples/existing-cluster/${which}.yaml`);
  const account = accounts[which];
  const objects = readManifests(await readFile(file, "utf8"), file);
  await applyTo({ clusters: [{ name, kubeconfigPath: kubeconfig }], objects });
  const { status } = await api.post<{ status: { token: string } }>(
    `/api/v1/namespaces/${account}/serviceaccounts/${account}/token`,
    { spec: { expirationSeconds: 4 * 3600 } },
  );
  const config = parseDocument(await readFile(kubeconfig, "utf8"));
  const user = config.getIn(["users", 0, "name"]);
  config.set("users", [{ name: user, user: { token: status.token } }]);
  const limited = kubeconfig.replace(/\.kubeconfig$/, `.${which}.kubeconfig`);
  await writeFile(limited, config.toString(), { mode: 0o600 });
  return limited;
}

async function installGatewayApi({ api }: OutsideCluster, file: string | undefined): Promise<void> {
  assert.ok(file !== undefined, "the sources have no definitions of the Gateway API");
  for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
    const definition = document.toJS() as { kind?: string } | null;
    if (definition?.kind === "CustomResourceDefinition") await api.post(definitions, definition);
  }
}
