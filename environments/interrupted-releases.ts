import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { vizNamespace } from "../planning/observability/names.ts";
import { connect } from "../kubernetes/connect.ts";
import { clusterOf, clustersOf, inExistingCluster, isOwnNamespace } from "./cluster-of-resource.ts";
import type { ResourceCluster } from "./cluster-of-resource.ts";
import { resourceType } from "./report/resource-words.ts";
import type { PendingOperation, State, StateResource } from "./state.ts";

interface SecretList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** A Helm release that a killed command was at work on. */
export interface InterruptedRelease {
  readonly cluster: ResourceCluster;
  readonly name: string;
  readonly namespace: string;
  /** Labels of Helm's records that stand in the way. */
  readonly selector: string;
}

export const releaseType = "kubernetes:helm.sh/v3:Release";
const namespaceType = "kubernetes:core/v1:Namespace";

/** The releases that the package installs, by namespace. */
const ownReleases = [
  [linkerdNamespace, "gateway-api"],
  [linkerdNamespace, "linkerd-crds"],
  [linkerdNamespace, "linkerd-control-plane"],
  [multiclusterNamespace, "linkerd-multicluster"],
  [vizNamespace, "linkerd-viz"],
] as const;

/**
 * Removes Helm's records of releases that the state doesn't know of. The provider's plugin may die after it
 * installed one and before it could say so: the engine then takes the operation for failed, notes nothing as
 * unfinished, and Helm refuses the name for ever.
 *
 * A state that knows all releases of its clusters costs nothing.
 */
export async function forgetUnknownReleases(state: State): Promise<void> {
  await Promise.all(unknownReleases(state).map(removeRecords));
}

/** The package's releases that a state's clusters may have and the state doesn't know of. */
export function unknownReleases(state: State): InterruptedRelease[] {
  const { resources = [] } = state.deployment;
  const releases = resources.filter(({ urn }) => resourceType(urn) === releaseType);
  const namespaces = resources.filter(({ urn }) => resourceType(urn) === namespaceType);
  return clustersOf(state).flatMap((cluster) => {
    const known = releases
      .filter((release) => clusterOf(release, state)?.uid === cluster.uid)
      .map(({ inputs }) => inputs?.["name"]);
    // Only some topologies want it, and they make its namespace first.
    const hasViz = namespaces.some(
      (one) => isNamed(one, vizNamespace) && clusterOf(one, state)?.uid === cluster.uid,
    );
    return ownReleases
      .filter(
        ([namespace, name]) => !known.includes(name) && (hasViz || namespace !== vizNamespace),
      )
      .map(([namespace, name]) => ({ cluster, name, namespace, selector: allOf(name) }));
  });
}

function isNamed({ inputs }: StateResource, name: string): boolean {
  return (inputs?.["metadata"] as { readonly name?: unknown } | undefined)?.name === name;
}

/**
 * Removes Helm's records of the releases that a killed command was installing or upgrading. Helm takes
 * them for somebody at work ("cannot re-use a name that is still in use") and refuses for ever; without
 * them it installs again and takes over the objects that are there, which carry the release's name.
 *
 * Nobody else can be at work: the caller holds the only command on the stack. In a cluster that existed
 * before, only releases in namespaces that the stack marked as its own are touched.
 */
export async function forgetInterruptedReleases(state: State): Promise<void> {
  await Promise.all(interruptedReleases(state).map(removeRecords));
}

function interruptedReleases(state: State): InterruptedRelease[] {
  return (state.deployment.pending_operations ?? []).flatMap((operation) => {
    const { resource } = operation;
    if (resourceType(resource.urn) !== releaseType) return [];
    const cluster = clusterOf(resource, state);
    const name = resource.inputs?.["name"];
    const namespace = resource.inputs?.["namespace"];
    if (cluster === undefined || typeof name !== "string" || typeof namespace !== "string")
      return [];
    return [{ cluster, name, namespace, selector: selectorOf(operation, name) }];
  });
}

/** The state knows nothing of a release that was being created: any record of it is in the way. */
function selectorOf({ type }: PendingOperation, name: string): string {
  const all = allOf(name);
  return type === "creating"
    ? all
    : `${all},status in (pending-install,pending-upgrade,pending-rollback,uninstalling)`;
}

function allOf(name: string): string {
  return `owner=helm,name=${name}`;
}

/** @throws CommandError where a cluster that existed before can't be asked */
async function removeRecords({ cluster, namespace, selector, name }: InterruptedRelease) {
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  if (cluster.own !== undefined) {
    await inExistingCluster(cluster, `the Helm release ${name}`, async (api) => {
      if (!(await isOwnNamespace(api, cluster, namespace))) return;
      const { items } = await api.get<SecretList>(secrets, { labelSelector: selector });
      for (const { metadata } of items) await api.delete(`${secrets}/${metadata.name}`);
    });
    return;
  }
  const api = await connect(cluster).catch(() => undefined);
  // No kubeconfig, no cluster: it will be recreated.
  if (api === undefined) return;
  // Nor in another cluster that took its place. Where it can't be asked, Helm will refuse the name.
  const { items } = await api
    .get<SecretList>(secrets, { labelSelector: selector })
    .catch((): SecretList => ({ items: [] }));
  for (const { metadata } of items) await api.delete(`${secrets}/${metadata.name}`);
}
