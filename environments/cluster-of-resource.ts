import type { KubernetesApi } from "../kubernetes/api.ts";
import { connect } from "../kubernetes/connect.ts";
import { getIfThere } from "../kubernetes/optional.ts";
import { installationAnnotation } from "../planning/names.ts";
import { howToGiveUp, isClusterGone } from "../providers/mesh/cluster-api.ts";
import { messageOf } from "../system/message-of.ts";
import { CommandError } from "./command-error.ts";
import { resourceName, resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

const ours = "linkerd-topology:index";
export const identityType = `${ours}:ClusterIdentity`;

/** A cluster that a state's resources are in, and the way into it. */
export interface ResourceCluster {
  readonly kubeconfigPath: string;
  /** @default the current one of a kubeconfig that leads to one cluster alone */
  readonly context?: string;
  /** Of the cluster, which is not to be mistaken for one that took its place. */
  readonly uid: string;
  /** What tells the stack's own namespaces in a cluster that existed before; undefined for a kind cluster. */
  readonly own?: OwnMark;
}

interface OwnMark {
  /** Value of the annotation. */
  readonly installation: string;
  /** UIDs of namespaces that an earlier version made without it. */
  readonly adopted: readonly string[];
}

/** The clusters of a state. One that an earlier version reached without noting its identity is not among them. */
export function clustersOf(state: State): ResourceCluster[] {
  const resources = state.deployment.resources ?? [];
  return resources.flatMap((resource) => {
    const type = resourceType(resource.urn);
    const cluster =
      type === "kind:index:Cluster"
        ? kindCluster(resource)
        : type === identityType
          ? existingCluster(resource, resources)
          : undefined;
    return cluster ?? [];
  });
}

/** The cluster that a resource of the Kubernetes provider is in, whether the state has the resource or not. */
export function clusterOf(
  { deletedWith, provider }: StateResource,
  { deployment: { resources = [] } }: State,
): ResourceCluster | undefined {
  const made = resources.find(({ urn }) => urn === deletedWith);
  if (made !== undefined) return kindCluster(made);
  const name = providerName(provider);
  // While a stack moves to another cluster, its state has both, under the same URNs.
  const uid = resources.find(({ urn, id }) => `${urn}::${id}` === provider)?.inputs?.[
    "clusterIdentifier"
  ];
  const identity = resources.find(
    ({ urn, outputs }) =>
      resourceType(urn) === identityType &&
      resourceName(urn) === name &&
      (uid === undefined || outputs?.["uid"] === uid),
  );
  return identity && existingCluster(identity, resources);
}

/** Logical name of a provider, by how a resource names it: `<urn>::<id>`. */
export function providerName(provider: string | undefined): string | undefined {
  return provider?.split("::").at(-2);
}

function kindCluster({ outputs }: StateResource): ResourceCluster | undefined {
  const { kubeconfigPath, uid } = outputs ?? {};
  if (typeof kubeconfigPath !== "string" || typeof uid !== "string") return undefined;
  return { kubeconfigPath, uid };
}

/** The Kubernetes provider of such a cluster, and what looks for another Linkerd, have its identity's name. */
function existingCluster(
  identity: StateResource,
  resources: readonly StateResource[],
): ResourceCluster | undefined {
  const { kubeconfigPath, usedContext, uid } = identity.outputs ?? {};
  const vacancy = resources.find(
    ({ urn, outputs }) =>
      resourceType(urn) === `${ours}:Vacancy` &&
      resourceName(urn) === resourceName(identity.urn) &&
      // An earlier version did not note the cluster.
      (outputs?.["clusterUid"] ?? uid) === uid,
  );
  const { installation, adopted } = vacancy?.outputs ?? {};
  if (typeof kubeconfigPath !== "string" || typeof uid !== "string") return undefined;
  if (typeof installation !== "string" || installation === "") return undefined;
  return {
    kubeconfigPath,
    uid,
    ...(typeof usedContext === "string" && usedContext !== "" && { context: usedContext }),
    own: { installation, adopted: Array.isArray(adopted) ? (adopted as string[]) : [] },
  };
}

interface Namespace {
  readonly metadata: {
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Whether a namespace is there, and is the stack's. All of a kind cluster's are. */
export async function isOwnNamespace(
  api: KubernetesApi,
  { own }: ResourceCluster,
  name: string,
): Promise<boolean> {
  if (own === undefined) return true;
  const found = await getIfThere<Namespace>(api, `/api/v1/namespaces/${name}`);
  if (found === undefined) return false;
  const { uid = "", annotations } = found.metadata;
  return annotations?.[installationAnnotation] === own.installation || own.adopted.includes(uid);
}

/**
 * Acts on what a killed command may have left in a cluster that existed before.
 *
 * @param what it may have left, for messages
 * @throws CommandError where the cluster can't be asked, and nobody said that it is gone
 */
export async function inExistingCluster(
  cluster: ResourceCluster,
  what: string,
  act: (api: KubernetesApi) => Promise<void>,
): Promise<void> {
  try {
    await act(await connect(cluster));
  } catch (error) {
    if (isClusterGone(error, { clusterUid: cluster.uid })) return;
    throw new CommandError(
      `whether an earlier command left ${what} unfinished can't be seen: ${messageOf(error)}. ` +
        `Nothing was deleted: ${howToGiveUp}`,
      { cause: error },
    );
  }
}
