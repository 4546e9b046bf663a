import { access } from "node:fs/promises";
import type { Context } from "../server/index.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { apiAnswers, entrance, openCluster } from "./cluster-state.ts";
import { kindClusterLabel, timeLimits } from "./constants.ts";
import { listContainers, nodeNames } from "./containers.ts";
import type { Container } from "./container.ts";
import { findNetwork } from "./network.ts";
import { judge } from "./ownership.ts";
import { startContainers } from "./start-containers.ts";

/** A cluster as it is remembered: what it was made from, and where it was then. */
export interface RememberedCluster {
  readonly inputs: ClusterInputs;
  /** Addresses of the nodes by name, on the Docker network. */
  readonly addresses: Readonly<Record<string, string>>;
  /** API server as this machine reached it. */
  readonly endpoint: string;
}

/**
 * `sound`: it is as remembered. `moved`: it runs, but addresses, ports or its kubeconfig file are others.
 * `lost`: it is gone, at least in part, or another one took its place.
 */
export type Waking = "sound" | "moved" | "lost";

/** What became of a remembered cluster. */
export interface WokenCluster {
  readonly name: string;
  readonly is: Waking;
  /** Nodes that had to be started. */
  readonly started: readonly string[];
}

/**
 * Starts what is stopped of the clusters and waits for their API servers. Where all runs this is one look
 * at Docker.
 */
export async function wakeClusters(
  clusters: readonly RememberedCluster[],
  context: Pick<Context, "signal" | "status">,
): Promise<WokenCluster[]> {
  if (clusters.length === 0) return [];
  const { signal } = context;
  const all = await listContainers(`label=${kindClusterLabel}`, signal);
  const found = await Promise.all(
    clusters.map(async (cluster) => ({ cluster, nodes: await nodesOf(cluster, all, signal) })),
  );
  const there = found.flatMap(({ nodes }) => nodes ?? []);
  // Docker gives out addresses in the order of the starts: this order gives back the former ones.
  const address = new Map(clusters.flatMap(({ addresses }) => Object.entries(addresses)));
  const order = there
    .slice()
    .sort((a, b) => numeric(address.get(a.name)) - numeric(address.get(b.name)));
  const running = await startContainers(order, context);
  const now = new Map(running.map((container) => [container.name, container]));
  return Promise.all(
    found.map(async ({ cluster, nodes }): Promise<WokenCluster> => {
      const { name } = cluster.inputs;
      if (nodes === undefined) return { name, is: "lost", started: [] };
      const awake = nodes.map((node) => now.get(node.name) ?? node);
      const started = nodes.filter((node) => !node.running || node.paused).map((node) => node.name);
      if (started.length > 0) await answer(awake, context);
      return { name, is: (await isAsRemembered(cluster, awake)) ? "sound" : "moved", started };
    }),
  );
}

/** The nodes of the cluster, control planes first; undefined if they are not what was made. */
async function nodesOf(
  { inputs }: RememberedCluster,
  all: readonly Container[],
  signal: AbortSignal,
): Promise<readonly Container[] | undefined> {
  const expected = nodeNames(inputs.name, inputs.controlPlanes, inputs.workers);
  const nodes = expected.flatMap((name) => all.filter((container) => container.name === name));
  if (nodes.length < expected.length || judge(nodes, inputs).is !== "same") return undefined;
  // Docker removes a network on which everything is stopped, and starts nothing without it.
  const stopped = nodes.some(({ running }) => !running);
  return stopped && (await findNetwork(inputs.network, signal)) === undefined ? undefined : nodes;
}

async function answer(
  nodes: readonly Container[],
  { signal }: Pick<Context, "signal">,
): Promise<void> {
  const { api } = await openCluster(nodes, timeLimits.apiServerAnswers, signal);
  try {
    await apiAnswers(api, signal);
  } finally {
    api.close();
  }
}

async function isAsRemembered(
  { inputs, addresses, endpoint }: RememberedCluster,
  nodes: readonly Container[],
): Promise<boolean> {
  const moved = nodes.some(
    ({ name, networks }) => name in addresses && networks[inputs.network] !== addresses[name],
  );
  if (moved || `https://${entrance(nodes).apiServer ?? ""}` !== endpoint) return false;
  return access(inputs.kubeconfigPath).then(
    () => true,
    () => false,
  );
}

/** An IPv4 address as a number; an unknown one comes last. */
function numeric(address = "255.255.255.255"): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
