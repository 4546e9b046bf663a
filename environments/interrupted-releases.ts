import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { connect } from "../kubernetes/connect.ts";
import { resourceType } from "./report/resource-words.ts";
import type { PendingOperation, State } from "./state.ts";

interface SecretList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** A Helm release that a killed command was at work on, and the way into its cluster. */
interface InterruptedRelease {
  /** Of the cluster, which is not to be mistaken for one that took its place. */
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly kubeconfigPath: string;
  /** Labels of Helm's records that stand in the way. */
  readonly selector: string;
}

/** The releases that the package installs, by namespace. */
const ownReleases = [
  [linkerdNamespace, "gateway-api"],
  [linkerdNamespace, "linkerd-crds"],
  [linkerdNamespace, "linkerd-control-plane"],
  [multiclusterNamespace, "linkerd-multicluster"],
] as const;

/**
 * Removes Helm's records of releases that the state doesn't know of, from the clusters that the package
 * made. The provider's plugin may die after it installed one and before it could say so: the engine then
 * takes the operation for failed, notes nothing as unfinished, and Helm refuses the name for ever.
 *
 * A state that knows all releases of its clusters costs nothing.
 */
export async function forgetUnknownReleases(state: State): Promise<void> {
  await Promise.all(unknownReleases(state).map(removeRecords));
}

function unknownReleases({ deployment }: State): InterruptedRelease[] {
  const resources = deployment.resources ?? [];
  return resources
    .filter(({ urn }) => resourceType(urn) === "kind:index:Cluster")
    .flatMap((cluster) => {
      const { kubeconfigPath, uid } = cluster.outputs ?? {};
      if (typeof kubeconfigPath !== "string" || typeof uid !== "string") return [];
      const known = resources
        .filter(({ urn }) => resourceType(urn) === "kubernetes:helm.sh/v3:Release")
        .filter(({ deletedWith }) => deletedWith === cluster.urn)
        .map(({ inputs }) => inputs?.["name"]);
      return ownReleases
        .filter(([, name]) => !known.includes(name))
        .map(([namespace, name]) => ({
          name,
          namespace,
          kubeconfigPath,
          uid,
          selector: `owner=helm,name=${name}`,
        }));
    });
}

/**
 * Removes Helm's records of the releases that a killed command was installing or upgrading. Helm takes
 * them for somebody at work ("cannot re-use a name that is still in use") and refuses for ever; without
 * them it installs again and takes over the objects that are there, which carry the release's name.
 *
 * Nobody else can be at work: the caller holds the only command on the stack. Clusters that existed
 * before are left alone; what to do there is for their owner to say.
 */
export async function forgetInterruptedReleases(state: State): Promise<void> {
  await Promise.all(interruptedReleases(state).map(removeRecords));
}

function interruptedReleases({ deployment }: State): InterruptedRelease[] {
  return (deployment.pending_operations ?? []).flatMap((operation) => {
    const { resource } = operation;
    if (resourceType(resource.urn) !== "kubernetes:helm.sh/v3:Release") return [];
    const cluster = deployment.resources?.find(({ urn }) => urn === resource.deletedWith);
    const { kubeconfigPath, uid } = cluster?.outputs ?? {};
    const name = resource.inputs?.["name"];
    const namespace = resource.inputs?.["namespace"];
    if (
      typeof kubeconfigPath !== "string" ||
      typeof uid !== "string" ||
      typeof name !== "string" ||
      typeof namespace !== "string"
    ) {
      return [];
    }
    return [{ name, namespace, kubeconfigPath, uid, selector: selectorOf(operation, name) }];
  });
}

/** The state knows nothing of a release that was being created: any record of it is in the way. */
function selectorOf({ type }: PendingOperation, name: string): string {
  const all = `owner=helm,name=${name}`;
  return type === "creating"
    ? all
    : `${all},status in (pending-install,pending-upgrade,pending-rollback,uninstalling)`;
}

async function removeRecords({ kubeconfigPath, uid, ...release }: InterruptedRelease) {
  const api = await connect({ kubeconfigPath, uid }).catch(() => undefined);
  // No kubeconfig, no cluster: it will be recreated.
  if (api === undefined) return;
  const secrets = `/api/v1/namespaces/${release.namespace}/secrets`;
  // Nor in another cluster that took its place. Where it can't be asked, Helm will refuse the name.
  const { items } = await api
    .get<SecretList>(secrets, { labelSelector: release.selector })
    .catch((): SecretList => ({ items: [] }));
  for (const { metadata } of items) await api.delete(`${secrets}/${metadata.name}`);
}
