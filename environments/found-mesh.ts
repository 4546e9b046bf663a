import { connect } from "../kubernetes/connect.ts";
import { asFound } from "../planning/discovery/found-plan.ts";
import { discover, type Discovery } from "../planning/discovery/discover.ts";
import type { ClusterObservation } from "../planning/discovery/observation.ts";
import { limits } from "../planning/limits.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { planAsFound } from "../planning/plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import { listNames } from "../planning/topology/problem.ts";
import { messageOf } from "../system/message-of.ts";
import { observeMesh } from "../verification/discovery/observe-mesh.ts";
import type { Mesh } from "../verification/observe.ts";
import { badInput, CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { NamedWay } from "./contexts.ts";

/** A discovered mesh that others made. */
export interface FoundMesh {
  readonly mesh: Mesh;
  readonly observed: readonly ClusterObservation[];
  readonly discovery: Discovery;
}

/** What clusters say about themselves, and what that amounts to. */
export type Found = Omit<FoundMesh, "mesh">;

/**
 * Looks at clusters. It only reads.
 *
 * @throws CommandError if a kubeconfig can't be used, or two of them lead to one cluster
 */
export async function lookAt(ways: readonly NamedWay[], signal?: AbortSignal): Promise<Found> {
  const open = await Promise.allSettled(
    ways.map(async ({ kubeconfig, context, name }) => {
      const api = await connect({ kubeconfigPath: kubeconfig, context }, { signal });
      return { kubeconfig, context, api, ...(name !== undefined && { name }) };
    }),
  );
  const unusable = open.flatMap((one) =>
    one.status === "rejected" ? [messageOf(one.reason)] : [],
  );
  if (unusable.length > 0) {
    throw badInput(unusable.join("\n"));
  }
  const observed = await observeMesh(
    open.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
  );
  signal?.throwIfAborted();
  refuseTwice(observed);
  return { observed, discovery: discover(observed) };
}

function refuseTwice(observed: readonly ClusterObservation[]): void {
  const twice = observed.flatMap(({ uid, context }, index) => {
    const first = observed.slice(0, index).find((one) => uid !== undefined && one.uid === uid);
    return first === undefined ? [] : [listNames([first.context, context])];
  });
  if (twice.length === 0) return;
  throw badInput(
    `the contexts ${twice.join("; ")} lead to the same cluster: name each cluster once`,
  );
}

/**
 * The mesh of some clusters, whoever made it.
 *
 * @param planned the topology in a file. @default the discovered one
 * @throws CommandError, exit code 3, if no cluster has Linkerd; exit code 2 if it is in other namespaces
 */
export function meshOf(
  { observed, discovery }: Found,
  ways: readonly NamedWay[],
  planned?: Plan,
): FoundMesh {
  requireLinkerd(observed);
  const { topology, links } = discovery;
  const names = topology.clusters.map(({ name }) => name);
  const joined = names.join("-");
  const name = joined.length > limits.topologyName ? `${names.length}-clusters` : joined;
  const plan = planned ?? planAsFound(topology, { name }).plan;
  if (plan === undefined) throw new Error("what was found has not the shape of a topology");
  return {
    observed,
    discovery,
    mesh: {
      plan: asFound(plan, links),
      clusters: observed.map(({ kubeconfig, context, uid }, index) => ({
        name: names[index] ?? "",
        kubeconfigPath: kubeconfig,
        context,
        uid,
        usual: ways[index]?.usual === true,
      })),
    },
  };
}

function requireLinkerd(observed: readonly ClusterObservation[]): void {
  const elsewhere = observed.flatMap(({ context, linkerd }) => {
    if (linkerd === undefined) return [];
    const { namespace, extensionNamespace = multiclusterNamespace } = linkerd;
    return [
      ...(namespace === linkerdNamespace
        ? []
        : [`${context} has Linkerd in the namespace ${namespace}, not in ${linkerdNamespace}`]),
      ...(extensionNamespace === multiclusterNamespace
        ? []
        : [
            `${context} has the multi-cluster extension in the namespace ${extensionNamespace}, not in ${multiclusterNamespace}`,
          ]),
    ];
  });
  if (elsewhere.length > 0) {
    throw badInput(
      `${elsewhere.join("\n")}\nThe checks know no other namespaces. \`discover\` shows what can be read`,
    );
  }
  if (observed.some(({ linkerd }) => linkerd !== undefined)) return;
  const seen = observed.map(({ context, unread }) => {
    const [first] = unread;
    const why = first === undefined ? "" : ` (${first.what}: ${first.why})`;
    return `${context}${why}`;
  });
  throw new CommandError(`no Linkerd was found in ${seen.join(", ")}`, {
    exitCode: exitCodes.notUp,
  });
}

/** Clusters that didn't answer, with the reason. */
export function silentIn(observed: readonly ClusterObservation[]): readonly string[] {
  return observed.flatMap(({ context, unread }) =>
    unread.filter(({ what }) => what === "the cluster").map(({ why }) => `${context}: ${why}`),
  );
}

/** @throws CommandError if a cluster doesn't answer, because its part would be missing */
export function requireAnswers(observed: readonly ClusterObservation[]): void {
  const silent = silentIn(observed);
  if (silent.length > 0) throw new CommandError(silent.join("\n"));
}

/** The notes that matter for a verification. What a topology can't express matters only for files. */
export function notesFor({ discovery, observed }: Found): readonly string[] {
  const { notes, topology } = discovery;
  const told = notes.filter(
    ({ kind, at }) => kind === "outside" || (kind === "guess" && at[0] === "links"),
  );
  const unread = observed.flatMap((cluster, index) =>
    cluster.unread.map(
      ({ what, why }) =>
        `${topology.clusters[index]?.name ?? ""}: ${what} could not be read: ${why}`,
    ),
  );
  return [...new Set([...told.map(({ text }) => text), ...unread])];
}
