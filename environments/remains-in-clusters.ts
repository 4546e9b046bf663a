import type { KubernetesApi } from "../kubernetes/api.ts";
import { connect } from "../kubernetes/connect.ts";
import { AnotherCluster, NoKubeconfig } from "../kubernetes/errors.ts";
import { hasRecord, uninstallRelease } from "../kubernetes/helm-release.ts";
import { deleteIfThere, getIfThere } from "../kubernetes/optional.ts";
import { ResourcePaths } from "../kubernetes/resource-paths.ts";
import { waitFor } from "../kubernetes/wait.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { isClusterGone, unreachableIsGone } from "../providers/mesh/cluster-api.ts";
import { type Crd, crdPath, lookForObjects } from "../providers/mesh/crds.ts";
import { timeLimits } from "../system/time-limits.ts";
import {
  clusterOf,
  clustersOf,
  identityType,
  inExistingCluster,
  isOwnNamespace,
  type ResourceCluster,
} from "./cluster-of-resource.ts";
import { releaseType, unknownReleases } from "./interrupted-releases.ts";
import { describeResource, resourceName, resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

/*
 * A kind cluster takes all that is in it along. In a cluster that existed before, what a killed command left and
 * its state doesn't know of would stay for ever, and what the state has and is gone would stop Helm.
 */

/**
 * Takes out of clusters that existed before what a killed command was making there and had not recorded, so that
 * a `destroy` of what was recorded leaves nothing.
 *
 * @returns the state that `destroy` is to go by: with the package's own resources that were being made, which it
 *   takes back, and without releases that are gone
 * @throws CommandError where a cluster can't be asked
 */
export async function takeBackRemains(state: State): Promise<State> {
  for (const release of unknownReleases(state)) {
    const { cluster, name, namespace } = release;
    if (cluster.own === undefined) continue;
    await inExistingCluster(cluster, `the Helm release ${name}`, async (api) => {
      if (!(await isOwnNamespace(api, cluster, namespace))) return;
      await uninstallRelease(api, { namespace, release: name }, (object) => isUsed(api, object));
    });
  }
  const begun = (state.deployment.pending_operations ?? []).filter(
    ({ type }) => type === "creating",
  );
  const made = begun.map(({ resource }) => resource);
  for (const object of made.filter(({ urn }) => isObject(urn))) await removeObject(object, state);
  return withoutGoneReleases(withBegun(state, made), () => true);
}

/**
 * Drops from a state the releases that were uninstalled from clusters that existed before: Helm refuses to
 * uninstall them again, for ever.
 *
 * @param isMeant which releases are looked for
 */
export async function withoutGoneReleases(
  state: State,
  isMeant: (release: StateResource) => boolean,
): Promise<State> {
  const { resources = [] } = state.deployment;
  const gone = new Set<StateResource>();
  for (const resource of resources) {
    if (resourceType(resource.urn) !== releaseType || !isMeant(resource)) continue;
    const cluster = clusterOf(resource, state);
    const [release, namespace] = [resource.inputs?.["name"], resource.inputs?.["namespace"]];
    if (cluster?.own === undefined) continue;
    if (typeof release !== "string" || typeof namespace !== "string") continue;
    await inExistingCluster(cluster, `the Helm release ${release}`, async (api) => {
      if (!(await hasRecord(api, { namespace, release }))) gone.add(resource);
    });
  }
  return without(state, gone);
}

/** URNs of the resources that a killed command was deleting. */
export function beingDeleted({ deployment }: State): ReadonlySet<string> {
  const operations = deployment.pending_operations ?? [];
  return new Set(
    operations.flatMap(({ type, resource }) => (type === "deleting" ? [resource.urn] : [])),
  );
}

/**
 * Drops from a state all that was in clusters of which a person said that they are gone for good
 * (PULUMI_K8S_DELETE_UNREACHABLE). The Kubernetes provider goes by a kubeconfig of its own, and would delete
 * objects of the same names in whatever cluster answers at the address now.
 *
 * @returns the state, and the names of the clusters that were dropped
 */
export async function withoutGoneClusters(
  state: State,
): Promise<{ readonly state: State; readonly gone: readonly string[] }> {
  if (!unreachableIsGone()) return { state, gone: [] };
  const gone = (
    await Promise.all(
      clustersOf(state).map(async (cluster) => {
        if (cluster.own === undefined) return [];
        return (await isThere(cluster)) ? [] : [cluster];
      }),
    )
  ).flat();
  if (gone.length === 0) return { state, gone: [] };
  const uids = new Set<unknown>(gone.map(({ uid }) => uid));
  const { resources = [] } = state.deployment;
  const dropped = resources.filter((resource) => uids.has(clusterUidOf(resource, state)));
  const names = dropped
    .filter(({ urn }) => resourceType(urn) === identityType)
    .map(({ urn }) => resourceName(urn));
  return { state: without(state, new Set(dropped)), gone: names };
}

/** UID of the cluster that a resource is in, or tells of. */
function clusterUidOf(resource: StateResource, state: State): unknown {
  const { urn, inputs, outputs } = resource;
  switch (resourceType(urn)) {
    case identityType:
      return outputs?.["uid"];
    case "pulumi:providers:kubernetes":
      return inputs?.["clusterIdentifier"];
    default:
      return inputs?.["clusterUid"] ?? outputs?.["clusterUid"] ?? clusterOf(resource, state)?.uid;
  }
}

async function isThere(cluster: ResourceCluster): Promise<boolean> {
  try {
    await (await connect(cluster)).get("/version");
    return true;
  } catch (error) {
    // Another one in its place, or no way to it, says as much as silence once a person has said what it means.
    if (error instanceof AnotherCluster || error instanceof NoKubeconfig) return false;
    return !isClusterGone(error, { clusterUid: cluster.uid });
  }
}

/**
 * A state without some of its resources, and without anything that names them. While something is replaced,
 * another resource has the same URN: it stays, and so do the names of it.
 */
function without(state: State, gone: ReadonlySet<StateResource>): State {
  if (gone.size === 0) return state;
  const kept = (state.deployment.resources ?? []).filter((resource) => !gone.has(resource));
  const known = new Set(kept.map(({ urn }) => urn));
  const dropped = new Set([...gone].map(({ urn }) => urn).filter((urn) => !known.has(urn)));
  const left = (urns: readonly string[]) => urns.filter((urn) => !dropped.has(urn));
  const resources = kept.map((resource) => ({
    ...resource,
    ...(resource.dependencies && { dependencies: left(resource.dependencies) }),
    ...(resource.propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, left(urns)]),
      ),
    }),
  }));
  return { ...state, deployment: { ...state.deployment, resources } };
}

/** With the package's own resources of such clusters that were being made: deleting them takes back what they did. */
function withBegun(state: State, begun: readonly StateResource[]): State {
  const { resources = [] } = state.deployment;
  const known = new Set(resources.map(({ urn }) => urn));
  const added = begun
    .filter(({ urn }) => urn.includes("linkerd-topology:index:") && !known.has(urn))
    .filter(
      ({ inputs }) => inputs?.["clusterUid"] !== undefined || inputs?.["clusterUids"] !== undefined,
    )
    .map((resource) => ({ ...resource, id: "unfinished", outputs: { ...resource.inputs } }));
  if (added.length === 0) return state;
  return {
    ...state,
    deployment: { ...state.deployment, resources: [...resources, ...added] },
  };
}

function isObject(urn: string): boolean {
  const type = resourceType(urn);
  return type.startsWith("kubernetes:") && type !== releaseType;
}

interface Managed {
  readonly metadata: { readonly managedFields?: readonly { readonly manager?: string }[] };
}

/** An object that was being made. Where somebody else made one of the name, it is theirs. */
async function removeObject(resource: StateResource, state: State): Promise<void> {
  const cluster = clusterOf(resource, state);
  const { apiVersion, kind, metadata } = resource.inputs ?? {};
  const { name, namespace } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (cluster?.own === undefined) return;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return;
  await inExistingCluster(cluster, describeResource(resource.urn), async (api) => {
    const where = { name, ...(typeof namespace === "string" && { namespace }) };
    const object = { apiVersion, kind, metadata: where };
    const path = (await new ResourcePaths(api).of(object, "default"))?.object;
    const found = path && (await getIfThere<Managed>(api, path));
    if (path === undefined || !found) return;
    const managers = (found.metadata.managedFields ?? []).map(({ manager = "" }) => manager);
    if (!managers.some((manager) => manager.startsWith("pulumi"))) return;
    await deleteIfThere(api, path);
    await waitFor({
      what: `waiting for ${kind} ${name} at ${api.server} to be gone`,
      limit: timeLimits.probesRemoved,
      look: async () =>
        (await getIfThere(api, path)) === undefined
          ? { done: true, value: undefined }
          : { done: false, seen: "it is there" },
    });
  });
}

/** Whether a CRD has objects of others: deleting it would delete them. */
async function isUsed(
  api: KubernetesApi,
  { kind, metadata }: { readonly kind: string; readonly metadata: { readonly name: string } },
): Promise<boolean> {
  if (kind !== "CustomResourceDefinition") return false;
  const crd = await getIfThere<Crd>(api, crdPath(metadata.name));
  const own = [linkerdNamespace, multiclusterNamespace];
  return crd !== undefined && (await lookForObjects(api, crd, own)) !== undefined;
}
