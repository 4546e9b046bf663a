import { rm } from "node:fs/promises";
import path from "node:path";
import type { Tell } from "../../environments/report/phase.ts";
import { bringTools } from "../runner/tools.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import { kindProvider } from "../../providers/kind/provider.ts";
import { startServer } from "../../providers/server/index.ts";
import type { PropertyMap, RunningServer } from "../../providers/server/index.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { temporaryDirectory } from "../temporary.ts";
import { ProviderClient } from "../unit/kind/provider-client.ts";
import { eventually } from "./environment.ts";

const quiet: Tell = { step: () => undefined, current: () => undefined, notice: () => undefined };

/** A cluster that no stack created. */
export interface OutsideCluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Name of its only node, which other containers of the network resolve. */
  readonly node: string;
  readonly api: KubernetesApi;
}

/** Clusters on one Docker network that exist before any stack. The provider alone created them. */
export class OutsideClusters {
  readonly clusters: readonly OutsideCluster[];
  readonly sources: Sources | undefined;
  readonly #server: RunningServer;
  readonly #directory: string;
  readonly #network: PropertyMap;

  private constructor(
    clusters: readonly OutsideCluster[],
    sources: Sources | undefined,
    server: RunningServer,
    directory: string,
    network: PropertyMap,
  ) {
    this.clusters = clusters;
    this.sources = sources;
    this.#server = server;
    this.#directory = directory;
    this.#network = network;
  }

  /** @param archives of images that their nodes have beside those of the sources. @default none */
  static async create(
    names: readonly string[],
    archives: readonly string[] = [],
  ): Promise<OutsideClusters> {
    const tools = await bringTools({ images: process.env["IMAGES"], tell: quiet });
    process.env["PATH"] = tools.env["PATH"];
    const directory = await temporaryDirectory("linkerd-topology-e2e-outside");
    const prefix = `e2e-outside-${process.pid}`;
    const owner = `e2e/outside-${process.pid}`;
    const server = await startServer(kindProvider);
    const networks = new ProviderClient(server.port, "kind:index:Network");
    const clusters = new ProviderClient(server.port, "kind:index:Cluster");
    try {
      const network = (await networks.check({ name: prefix, owner })).inputs;
      await networks.create(network);
      const made = await Promise.all(
        names.map(async (name, index): Promise<OutsideCluster> => {
          const kubeconfig = path.join(directory, `${name}.kubeconfig`);
          const [podSubnet, serviceSubnet] = [
            `10.${210 + index}.0.0/21`,
            `10.${215 + index}.0.0/21`,
          ];
          const { inputs } = await clusters.check({
            name: `${prefix}-${name}`,
            network: prefix,
            owner,
            generation: "1",
            podSubnet,
            serviceSubnet,
            kubeconfigPath: kubeconfig,
            imageArchives: [...(tools.sources?.archives ?? []), ...archives],
            ...(tools.sources?.nodeImage !== undefined && { nodeImage: tools.sources.nodeImage }),
          });
          await clusters.create(inputs);
          const api = await connect({ kubeconfigPath: kubeconfig });
          const node = `${prefix}-${name}-control-plane`;
          return { name, kubeconfig, podSubnet, serviceSubnet, node, api };
        }),
      );
      return new OutsideClusters(made, tools.sources, server, directory, network);
    } catch (error) {
      await remove(server, networks, { name: prefix, owner }, directory);
      throw error;
    } finally {
      clusters.close();
      networks.close();
    }
  }

  /** Removes the network, and with it its owner's nodes. */
  async dispose(): Promise<void> {
    const networks = new ProviderClient(this.#server.port, "kind:index:Network");
    await remove(this.#server, networks, this.#network, this.#directory);
    networks.close();
  }
}

async function remove(
  server: RunningServer,
  networks: ProviderClient,
  network: PropertyMap,
  directory: string,
): Promise<void> {
  await networks.delete(network["name"] as string, network, network);
  await server.close();
  await rm(directory, { recursive: true, force: true });
}

/** Waits until every pod of the cluster is Ready. */
export async function settled(api: KubernetesApi): Promise<void> {
  await eventually("every pod to be Ready", timeLimits.nodesReady, async () => {
    const { items } = await api.get<{
      items: { status: { conditions?: { type: string; status: string }[] } }[];
    }>("/api/v1/pods");
    const ready = items.every(({ status }) =>
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
    return items.length > 0 && ready ? true : undefined;
  });
}
