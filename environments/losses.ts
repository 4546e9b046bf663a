import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { isDeepStrictEqual } from "node:util";
import { kindOptionKeys } from "../planning/clusters/kind-options.ts";
import type { KindClusterPlan, Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import type { ClusterInputs } from "../providers/kind/cluster-inputs.ts";
import { kindClusterLabel } from "../providers/kind/constants.ts";
import { inspect, listContainers, removeContainers } from "../providers/kind/containers.ts";
import { replaceList, replaceVariable } from "../providers/kind/make-way.ts";
import { readMade } from "../providers/kind/state-elsewhere.ts";
import { connect } from "../kubernetes/connect.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { badInput, CommandError } from "./command-error.ts";
import { type Consent, isGiven } from "./consent.ts";
import { nodeContainers } from "./docker.ts";
import { messageOf } from "../system/message-of.ts";
import type { NodesAwake } from "./nodes.ts";
import type { State } from "./state.ts";
import { kindClustersIn, type StateCluster } from "./state-clusters.ts";

/** A cluster that an `up` would remove, with everything in it. */
export interface ClusterLoss {
  readonly cluster: StateCluster;
  readonly what: "deleted" | "recreated";
  readonly why: string;
}

/** The clusters of a state that a plan would remove: those that it lacks, and those of another generation. */
export function clusterLosses(state: State, plan: Plan): ClusterLoss[] {
  const planned = new Map(
    plan.clusters.flatMap((cluster) =>
      cluster.type === "kind" ? [[cluster.kindName, cluster]] : [],
    ),
  );
  const clusters = kindClustersIn(state);
  return clusters.flatMap((cluster): ClusterLoss[] => {
    const { kindName, generation } = cluster;
    const next = planned.get(kindName);
    if (next === undefined) {
      return [{ cluster, what: "deleted", why: "it is no longer in the topology" }];
    }
    const isNew = clusters.some(
      (other) => other.kindName === kindName && other.generation === next.generation,
    );
    if (generation === next.generation || isNew) return [];
    return [{ cluster, what: "recreated", why: whyRecreated(cluster, next) }];
  });
}

function whyRecreated({ inputs }: StateCluster, next: KindClusterPlan): string {
  const count = (role: string): number => next.nodes.filter((node) => node.role === role).length;
  // The topology's key follows if the provider's name differs.
  const wanted: readonly (readonly [key: string, value: unknown, said?: string])[] = [
    ["nodeImage", next.nodeImage],
    ["kubernetesVersion", next.kubernetesVersion],
    ["controlPlanes", count("control-plane")],
    ["workers", count("worker")],
    ["podSubnet", next.podSubnet],
    ["serviceSubnet", next.serviceSubnet],
    ["clusterDomain", next.clusterDomain === "cluster.local" ? undefined : next.clusterDomain],
    ["extraPortMappings", next.portMappings, "portMappings"],
    ["containerdConfigPatches", next.containerdConfigPatches],
    ["registryMirrors", next.registryMirrors],
    ...kindOptionKeys.map((key) => [key, next.options?.[key]] as const),
  ];
  const made: Readonly<Record<string, unknown>> = { ...inputs, ...(inputs.options as object) };
  const others = wanted.filter(([key, value]) => !isDeepStrictEqual(made[key], value));
  if (others.length === 0) return "its Docker network changes";
  return others
    .map(
      ([key, value, said = key]) =>
        `${said} is ${inWords(made[key])} and would be ${inWords(value)}`,
    )
    .join(", ");
}

function inWords(value: unknown): string {
  if (value === undefined) return "kind's own";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Clusters that an earlier `up` of the stack finished with other settings, and that its state doesn't know,
 * because that `up` was killed or the state was lost.
 *
 * @param owner of the clusters
 * @param find returns the inputs of the stack's finished clusters of another generation than planned
 */
export async function forgottenLosses(
  state: State | undefined,
  plan: Plan,
  owner: string,
  find: typeof findOthers = findOthers,
): Promise<ClusterLoss[]> {
  const known = state === undefined ? [] : kindClustersIn(state);
  const planned = new Map(
    plan.clusters.flatMap((cluster) =>
      cluster.type === "kind" ? [[cluster.kindName, cluster]] : [],
    ),
  );
  return (await find(planned, owner)).flatMap((made): ClusterLoss[] => {
    const { name: kindName, generation, kubeconfigPath } = made;
    const next = planned.get(kindName);
    if (next === undefined || generation === next.generation) return [];
    if (known.some((one) => one.kindName === kindName && one.generation === generation)) return [];
    const cluster = { kindName, generation, kubeconfigPath, inputs: { ...made } };
    const why = `${whyRecreated(cluster, next)} (an earlier up created it, but this stack's state does not have it)`;
    return [{ cluster, what: "recreated", why }];
  });
}

async function findOthers(
  planned: ReadonlyMap<string, Pick<KindClusterPlan, "generation">>,
  owner: string,
): Promise<readonly ClusterInputs[]> {
  // A stack of existing clusters needs no Docker.
  if (planned.size === 0) return [];
  const signal = AbortSignal.timeout(timeLimits.dockerCommand);
  const nodes = await listContainers(`label=${kindClusterLabel}`, signal);
  // The stamp nearly always shows that nothing has to be read from a node.
  const others = nodes.filter(({ cluster = "", stamp }) => {
    const next = planned.get(cluster);
    return stamp?.owner === owner && next !== undefined && stamp.generation !== next.generation;
  });
  return readMade(others, signal);
}

/** Environment variables of the engine that tell the provider which clusters it may remove. */
export function leaveToRemove(losses: readonly ClusterLoss[]): Record<string, string> {
  const clusters = losses.map(({ cluster }) => ({
    name: cluster.kindName,
    generation: cluster.generation,
  }));
  return { [replaceVariable]: replaceList(clusters) };
}

/**
 * Makes sure that whoever asked for an `up` knows which clusters it removes.
 *
 * @returns those that may be removed
 * @throws CommandError, exit code 2, if that is not wanted
 */
export async function allowLosses(
  state: State | undefined,
  plan: Plan,
  options: {
    /** The owner of the stack's clusters. */
    readonly owner: string;
    readonly consent: Consent | undefined;
    readonly env: Readonly<Record<string, string>>;
    readonly notice: (text: string) => void;
  },
): Promise<readonly ClusterLoss[]> {
  const losses = [
    ...(state === undefined ? [] : clusterLosses(state, plan)),
    ...(await forgottenLosses(state, plan, options.owner)),
  ];
  if (losses.length === 0) return losses;
  // A cluster that is already gone is no loss.
  const running = new Set((await nodeContainers(options.env)).map(({ cluster }) => cluster));
  const real = losses.filter(({ cluster }) => running.has(cluster.kindName));
  if (real.length === 0) return losses;
  const lines = await Promise.all(
    real.map(async ({ cluster, what, why }) => {
      return `  ${cluster.kindName} would be ${what}: ${why}; ${await contentsOf(cluster)}`;
    }),
  );
  const text = `This up removes clusters, with everything in them:\n${lines.join("\n")}`;
  if (options.consent === true) {
    options.notice(text);
    return losses;
  }
  if (await isGiven(options.consent ?? false, `${text}\nTake them away?`)) return losses;
  throw badInput(
    `${text}\nNothing was changed. Undo the edit or the choice of images that causes this or, if you want it, ` +
      "run it again with --yes",
  );
}

/** @throws CommandError if a plan removes more than was confirmed */
export function refuseNewLosses(state: State, plan: Plan, allowed: readonly ClusterLoss[]): void {
  const key = ({ cluster }: ClusterLoss): string => `${cluster.kindName} ${cluster.generation}`;
  const known = new Set(allowed.map(key));
  const more = clusterLosses(state, plan).filter((loss) => !known.has(key(loss)));
  if (more.length === 0) return;
  const names = more.map(({ cluster, what }) => `${cluster.kindName} would be ${what}`);
  throw new CommandError(
    `another command changed this stack meanwhile: ${names.join(", ")}. Nothing was changed; run it again`,
  );
}

/**
 * Comes before recreating a cluster that lacks some of its nodes, which removes the others.
 *
 * @throws CommandError, exit code 2, if nobody confirmed that
 */
export function refuseIncomplete(
  incomplete: NodesAwake["incomplete"],
  consent: Consent | undefined,
): void {
  if (incomplete.length === 0 || consent === true) return;
  const lines = incomplete.map(
    ({ cluster, left }) =>
      `  ${cluster} would be recreated, and what is in ${left.join(", ")} would go`,
  );
  throw badInput(
    `some nodes of a cluster are missing:\n${lines.join("\n")}\nNothing was changed. Bring the ` +
      "missing nodes back, or, if the cluster may be recreated with all that is in it, run it again with --yes",
  );
}

/**
 * Removes what {@link refuseIncomplete} has let pass: the provider removes nothing of a finished cluster that
 * lacks nodes.
 */
export async function removeIncomplete(
  incomplete: NodesAwake["incomplete"],
  signal?: AbortSignal,
): Promise<void> {
  const nodes = await inspect(
    incomplete.flatMap(({ left }) => left),
    signal,
  );
  await removeContainers(nodes, timeLimits.clusterDelete);
}

interface Pod {
  readonly metadata: { readonly namespace: string };
}

/** Namespaces of Kubernetes, kind and Linkerd. */
const ownNamespaces: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "local-path-storage",
  linkerdNamespace,
  multiclusterNamespace,
]);

/** What a person may miss, in a few words. */
export async function contentsOf({
  kubeconfigPath,
}: Pick<StateCluster, "kubeconfigPath">): Promise<string> {
  try {
    if (kubeconfigPath === undefined) throw new Error("it is unfinished");
    const api = await connect({ kubeconfigPath });
    const items = await listAll<Pod>(api, "/api/v1/pods");
    const counts = new Map<string, number>();
    for (const { metadata } of items) {
      if (ownNamespaces.has(metadata.namespace)) continue;
      counts.set(metadata.namespace, (counts.get(metadata.namespace) ?? 0) + 1);
    }
    if (counts.size === 0) return "it has no pods except those of Kubernetes and Linkerd";
    const list = [...counts].map(([namespace, count]) => `${count} in ${namespace}`);
    return `pods in it: ${list.join(", ")}`;
  } catch (error) {
    return `its contents can't be read (${messageOf(error).split("\n")[0] ?? ""})`;
  }
}
