import { existsSync } from "node:fs";
import { groupBy } from "../../planning/group.ts";
import type { Context } from "../server/index.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { apiAnswers, entrance, openCluster } from "./cluster-state.ts";
import { kindClusterLabel, timeLimits } from "./constants.ts";
import { inspect, listContainers, nodeNames } from "./containers.ts";
import type { Container } from "./container.ts";
import { docker } from "./docker.ts";
import {
  checkDockerNetwork,
  connectAt,
  createDockerNetwork,
  findDockerNetwork,
} from "./docker-network.ts";
import type { NewDockerNetwork } from "./network-inputs.ts";
import { byFormerAddress, misplacedPlanes, type Addresses } from "./former-addresses.ts";
import { judge } from "./ownership.ts";
import { mayBeOff, networkGone, rejoin } from "./rejoin.ts";
import { startContainers } from "./start-containers.ts";

/** A recorded cluster: its inputs and its addresses at that time. */
export interface RememberedCluster {
  readonly inputs: ClusterInputs;
  /** Addresses at that time. */
  readonly addresses: Addresses;
  /** API server as this machine reached it. */
  readonly endpoint: string;
  /** The inputs of its Docker network, if the same stack created it. */
  readonly network?: NewDockerNetwork | undefined;
}

/**
 * `sound`: it is as recorded. `moved`: it runs, but addresses, ports or its kubeconfig file have changed.
 * `lost`: it is gone, at least in part, or another one took its place.
 */
export type Waking = "sound" | "moved" | "lost";

/** The result for a recorded cluster. */
export interface WokenCluster {
  readonly name: string;
  readonly is: Waking;
  /** Nodes that had to be started. */
  readonly started: readonly string[];
  /** If it is lost: its remaining nodes, which are removed when it is recreated. */
  readonly left?: readonly string[];
}

/**
 * Starts the stopped nodes of the clusters and waits for their API servers. If everything runs, this is one
 * look at Docker.
 */
export async function wakeClusters(
  clusters: readonly RememberedCluster[],
  context: Pick<Context, "signal" | "status">,
): Promise<WokenCluster[]> {
  if (clusters.length === 0) return [];
  const { signal } = context;
  const all = await listContainers(`label=${kindClusterLabel}`, signal);
  const found = clusters.map((cluster) => ({ cluster, ...nodesOf(cluster, all) }));
  const compare = byFormerAddress(
    Object.fromEntries(clusters.flatMap(({ addresses }) => Object.entries(addresses))),
  );
  const there = found
    .flatMap(({ cluster, is, nodes }) =>
      is === "there" ? nodes.map((node) => ({ cluster, node })) : [],
    )
    .sort((a, b) => compare(a.node, b.node));
  const { nodes: joined, recreated } = await ontoTheirNetworks(there, context);
  const byId = new Map(joined.map((node) => [node.id, node]));
  const nodes = await atFormerAddresses(
    there.map(({ cluster, node }) => ({ cluster, node: byId.get(node.id) ?? node })),
    context,
  );
  const running = await startContainers(nodes, context);
  const now = new Map(running.map((container) => [container.name, container]));
  const again = new Set<string>();
  for (const { cluster, is, nodes: own } of found) {
    if (is !== "there") continue;
    const awake = own.map((node) => now.get(node.name) ?? node);
    for (const node of await controlPlanesInPlace(cluster, awake, context)) {
      now.set(node.name, node);
      again.add(node.name);
    }
  }
  const before = new Map(nodes.map((container) => [container.name, container]));
  return Promise.all(
    found.map(async ({ cluster, is, nodes }): Promise<WokenCluster> => {
      const { name, network } = cluster.inputs;
      if (is !== "there") return { name, is, started: [], left: nodes.map((node) => node.name) };
      const awake = nodes.map((node) => now.get(node.name) ?? node);
      const started = nodes
        .map((node) => before.get(node.name) ?? node)
        .filter((node) => !node.running || node.paused || again.has(node.name))
        .map((node) => node.name);
      if (started.length > 0) await answer(awake, context);
      const isSound = !recreated.has(network) && isAsRemembered(cluster, awake);
      return { name, is: isSound ? "sound" : "moved", started };
    }),
  );
}

/** The nodes of the cluster, control planes first, and whether they are those that were created. */
function nodesOf(
  { inputs }: RememberedCluster,
  all: readonly Container[],
): { readonly is: "there" | "lost"; readonly nodes: readonly Container[] } {
  const expected = nodeNames(inputs.name, inputs.controlPlanes, inputs.workers);
  const nodes = expected.flatMap((name) => all.filter((container) => container.name === name));
  const { is } = judge(nodes, inputs);
  if (is !== "same" && is !== "adrift") return { is: "lost", nodes: [] };
  return { is: nodes.length === expected.length ? "there" : "lost", nodes };
}

/**
 * Docker gives control planes other addresses if something else started them, or started them in another order. So it is
 * told to keep the former ones, for all containers of such a cluster that are stopped. If control planes run at others,
 * the cluster is stopped first.
 *
 * @returns all containers, in the same order
 */
async function atFormerAddresses(
  there: readonly { readonly cluster: RememberedCluster; readonly node: Container }[],
  { signal, status }: Pick<Context, "signal" | "status">,
): Promise<readonly Container[]> {
  const nodes = there.map(({ node }) => node);
  const several = there.filter(({ cluster }) => cluster.inputs.controlPlanes > 1);
  const running = several.filter(({ node }) => node.running);
  // All of them before the first is started: they may have each other's addresses.
  const stopped = [...groupBy(running, ({ cluster }) => cluster)].flatMap(([cluster, on]) => {
    const own = on.map(({ node }) => node);
    if (misplacedPlanes(own, cluster.inputs, cluster.addresses).length === 0) return [];
    status(`giving the control planes of ${cluster.inputs.name} their former addresses`);
    return own;
  });
  const paused = stopped.filter((node) => node.paused);
  if (paused.length > 0) await docker(["unpause", ...paused.map(({ id }) => id)], { signal });
  if (stopped.length > 0) {
    const limit = timeLimits.apiServerAnswers;
    await docker(["stop", ...stopped.map(({ id }) => id)], { signal, limit });
  }
  const still = several.filter(({ node }) => !node.running || stopped.includes(node));
  if (still.length === 0) return nodes;
  for (const { cluster, node } of still) {
    const address = cluster.addresses[node.name];
    if (address !== undefined) await connectAt(node, cluster.inputs.network, address, signal);
  }
  return inspect(
    nodes.map(({ id }) => id),
    signal,
  );
}

/**
 * Where Docker can't keep addresses, all containers of such a cluster are started once more, in the order of the former
 * ones.
 *
 * @returns the containers that were started once more
 * @throws Error if a control plane has another address all the same
 */
async function controlPlanesInPlace(
  { inputs, addresses }: RememberedCluster,
  containers: readonly Container[],
  context: Pick<Context, "signal" | "status">,
): Promise<readonly Container[]> {
  if (misplacedPlanes(containers, inputs, addresses).length === 0) return [];
  context.status(`giving the control planes of ${inputs.name} their former addresses`);
  const ordered = containers.toSorted(byFormerAddress(addresses));
  await docker(["stop", ...ordered.map(({ id }) => id)], {
    signal: context.signal,
    limit: timeLimits.apiServerAnswers,
  });
  const stopped = await inspect(
    ordered.map(({ id }) => id),
    context.signal,
  );
  const started = await startContainers(stopped, context);
  const [other] = misplacedPlanes(started, inputs, addresses);
  if (other === undefined) return started;
  const former = addresses[other.name] ?? "";
  throw new Error(
    `the control plane ${other.name} of the cluster ${JSON.stringify(inputs.name)} has the address ` +
      `${other.networks[inputs.network] ?? "of no network"} now, and etcd looks for it at ${former}. Nothing was ` +
      `removed. If another container of the network has that address (\`docker network inspect ${inputs.network}\` ` +
      "tells), stop it and run this again. If the network has another subnet now, etcd can't come back: remove the " +
      `cluster with \`kind delete cluster --name ${inputs.name}\`, and the next up recreates it.`,
  );
}

/** Reconnects nodes that lost their Docker network, and recreates the network if it is gone. */
async function ontoTheirNetworks(
  there: readonly { readonly cluster: RememberedCluster; readonly node: Container }[],
  context: Pick<Context, "signal" | "status">,
): Promise<{ readonly nodes: readonly Container[]; readonly recreated: ReadonlySet<string> }> {
  const recreated = new Set<string>();
  const nodes = new Map(there.map(({ node }) => [node.name, node]));
  const networks = groupBy(there, ({ cluster }) => cluster.inputs.network);
  for (const [name, on] of networks) {
    const [first] = on;
    if (first === undefined || !on.some(({ node }) => mayBeOff(node, name))) continue;
    const { inputs, network: former } = first.cluster;
    if ((await findDockerNetwork(name, context.signal)) === undefined) {
      if (former === undefined) throw networkGone(inputs, [first.node]);
      context.status(`making the Docker network ${name} again`);
      await createDockerNetwork(former, context.signal);
      recreated.add(name);
    }
    const network = await checkDockerNetwork(name, inputs.owner, context.signal);
    const back = await rejoin(
      on.map(({ node }) => node),
      network,
      context,
    );
    for (const node of back) nodes.set(node.name, node);
  }
  return { nodes: [...nodes.values()], recreated };
}

async function answer(
  nodes: readonly Container[],
  { signal }: Pick<Context, "signal">,
): Promise<void> {
  const { api } = await openCluster(nodes, timeLimits.apiServerAnswers, signal);
  await apiAnswers(api, signal);
}

function isAsRemembered(
  { inputs, addresses, endpoint }: RememberedCluster,
  nodes: readonly Container[],
): boolean {
  const moved = nodes.some(
    ({ name, networks }) => name in addresses && networks[inputs.network] !== addresses[name],
  );
  if (moved || `https://${entrance(nodes).apiServer ?? ""}` !== endpoint) return false;
  return existsSync(inputs.kubeconfigPath);
}
