import { toClusterInputs } from "../providers/kind/cluster-inputs.ts";
import { formerAddresses } from "../providers/kind/former-addresses.ts";
import { type NewDockerNetwork, toNetwork } from "../providers/kind/network-inputs.ts";
import { type RememberedCluster, wakeClusters } from "../providers/kind/wake.ts";
import { connect } from "../kubernetes/connect.ts";
import { waitFor } from "../kubernetes/wait.ts";
import { timeLimits } from "../system/time-limits.ts";
import { lookForNodesBack } from "./nodes-back.ts";
import type { Tell } from "./report/phase.ts";
import { resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

/** What Docker says about the clusters of a state. */
export interface NodesAwake {
  /** Differences from the state, in words. If there are any, a refresh is due. */
  readonly drift: readonly string[];
  /** Clusters that are gone, by their names in Docker. */
  readonly gone: readonly string[];
  /**
   * Clusters that lack nodes and would be recreated, each with the remaining nodes, which would be removed.
   */
  readonly incomplete: readonly { readonly cluster: string; readonly left: readonly string[] }[];
}

/**
 * Brings back the kind clusters of a state, as far as that works without Pulumi: after a reboot the nodes are
 * stopped, and a prune may have removed their network. If everything runs, it is one look at Docker.
 */
export async function wakeNodes(
  resources: readonly StateResource[],
  tell: Tell,
  signal: AbortSignal = new AbortController().signal,
): Promise<NodesAwake> {
  const networks = new Map(resources.flatMap(rememberedNetwork));
  const remembered = resources
    .flatMap(rememberedCluster)
    .map((cluster) => ({ ...cluster, network: networks.get(cluster.inputs.network) }));
  const begun = Date.now();
  const woken = await wakeClusters(remembered, {
    signal,
    status: (text) => tell.step(text),
  });
  const started = woken.filter((cluster) => cluster.started.length > 0);
  await Promise.all(
    started.map(async ({ name, started: nodes }) => {
      tell.notice(`cluster ${name}: ${nodes.join(", ")} was stopped and has been started`);
      const path = remembered.find(({ inputs }) => inputs.name === name)?.inputs.kubeconfigPath;
      // The refresh repairs the kubeconfig of a cluster that moved. Meanwhile its workloads come back.
      if (path !== undefined) await nodesBack(path, name, begun, signal);
    }),
  );
  return {
    drift: woken.flatMap(({ name, is }) =>
      is === "sound" ? [] : [`cluster ${name} ${is === "lost" ? "is gone" : "has moved"}`],
    ),
    gone: woken.flatMap(({ name, is }) => (is === "lost" ? [name] : [])),
    incomplete: woken.flatMap(({ name: cluster, left = [] }) =>
      left.length === 0 ? [] : [{ cluster, left }],
    ),
  };
}

/**
 * A state whose refresh drops what was in clusters that are gone. Elsewhere the Kubernetes provider takes the silence of
 * a cluster for a failure: its nodes may be stopped.
 *
 * @param gone names in Docker
 */
export function forgettingContents(state: State, gone: readonly string[]): State {
  if (gone.length === 0) return state;
  const { resources = [] } = state.deployment;
  const lost = new Set(
    resources
      .filter(
        ({ urn, inputs }) =>
          resourceType(urn) === "kind:index:Cluster" && gone.includes(String(inputs?.["name"])),
      )
      .map(({ urn }) => urn),
  );
  const settled = resources.map((resource) =>
    resourceType(resource.urn) === "pulumi:providers:kubernetes" &&
    lost.has(resource.deletedWith ?? "")
      ? { ...resource, inputs: { ...resource.inputs, deleteUnreachable: "true" } }
      : resource,
  );
  return { ...state, deployment: { ...state.deployment, resources: settled } };
}

/** The inputs of a Docker network in the state, by its name. */
function rememberedNetwork({ urn, inputs }: StateResource): [string, NewDockerNetwork][] {
  if (resourceType(urn) !== "kind:index:Network" || inputs === undefined) return [];
  const network = toNetwork(inputs);
  return [[network.name, network]];
}

async function nodesBack(
  kubeconfigPath: string,
  cluster: string,
  since: number,
  signal: AbortSignal,
): Promise<void> {
  const api = await connect({ kubeconfigPath }, { signal }).catch(() => undefined);
  if (api === undefined) return;
  await waitFor({
    what: `waiting for the pods of ${cluster} to come back`,
    limit: timeLimits.nodesReady,
    look: () => lookForNodesBack(api, since),
    further: `Look further with: kubectl --kubeconfig ${kubeconfigPath} get pods -A`,
    signal,
  });
}

/** A cluster of the state. Empty for other resources, and for a cluster that was never finished. */
function rememberedCluster(resource: StateResource): RememberedCluster[] {
  if (resourceType(resource.urn) !== "kind:index:Cluster") return [];
  const { outputs } = resource;
  const inputs = resource.inputs && toClusterInputs(resource.inputs);
  const endpoint = outputs?.["endpoint"];
  const nodes = outputs?.["nodes"];
  if (inputs === undefined || typeof endpoint !== "string" || !Array.isArray(nodes)) return [];
  return [{ inputs, addresses: formerAddresses(inputs.name, outputs), endpoint }];
}
