import { selects } from "../../planning/links/label-selector.ts";
import { localFederatedSelector } from "../../planning/links/selectors.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Metadata, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, localDiscoveryAnnotation, remoteDiscoveryKey } from "../names.ts";
import { touch } from "../touch.ts";
import { federatedName } from "../../planning/names.ts";

export interface FederatedService {
  readonly namespace: string;
  /** Name of the members. */
  readonly service: string;
  /** Clusters that have the federated Service → the clusters whose members belong to it there. */
  readonly views: ReadonlyMap<string, readonly string[]>;
}

export interface FederatedLook {
  /** Members that exist and are left out somewhere. */
  readonly missing: readonly {
    readonly viewer: string;
    readonly member: string;
    readonly seen: string;
  }[];
  /** Services and namespaces that people have yet to create. Nothing waits for them. */
  readonly waiting: readonly string[];
}

/**
 * Which members a federated Service lacks, and where. The status of a Link doesn't show it: if two service
 * mirrors create the Service at the same time, one fails, but counts its member as joined and reports that.
 *
 * @param apis of every named cluster
 */
export async function lookAtFederated(
  apis: ReadonlyMap<string, KubernetesApi>,
  { namespace, service, views }: FederatedService,
): Promise<FederatedLook> {
  const members = [...new Set([...views.values()].flat())];
  const [exported, found] = await Promise.all([
    Promise.all(members.map((member) => serviceIn(apis, member, namespace, service))),
    Promise.all(
      [...views.keys()].map((viewer) => viewOf(apis, viewer, namespace, federatedName(service))),
    ),
  ]);
  const there = new Set(members.filter((_, index) => isLabelled(exported[index])));
  const missing: FederatedLook["missing"][number][] = [];
  const waiting = members
    .filter((member) => !there.has(member))
    .map((member) => `waiting for the Service ${namespace}/${service} in ${member}`);
  for (const [index, [viewer, wanted]] of [...views].entries()) {
    const view = found[index];
    const expected = wanted.filter((member) => there.has(member));
    if (view?.namespaceThere === false && expected.length > 0) {
      waiting.push(`waiting for the namespace ${namespace} in ${viewer}`);
      continue;
    }
    for (const member of expected) {
      if (isMember(view?.service?.metadata, service, member, viewer)) continue;
      const seen = `${viewer}: ${namespace}/${federatedName(service)} lacks the member of ${member}`;
      missing.push({ viewer, member, seen });
    }
  }
  return { missing, waiting };
}

/** A Service without its label is no member, whatever is planned: somebody may just have created it. */
function isLabelled(service: Service | undefined): boolean {
  return service !== undefined && selects(localFederatedSelector, service.metadata.labels ?? {});
}

/** Whether a cluster's Service belongs to a federated Service, by the annotations of the latter. */
export function isMember(
  federated: Metadata | undefined,
  service: string,
  member: string,
  viewer: string,
): boolean {
  const annotations = federated?.annotations ?? {};
  if (member === viewer) return annotations[localDiscoveryAnnotation] === service;
  return (annotations[remoteDiscoveryKey] ?? "").split(",").includes(`${service}@${member}`);
}

/** Makes the service mirrors look at a member again. */
export async function nudge(
  apis: ReadonlyMap<string, KubernetesApi>,
  { namespace, service }: FederatedService,
  member: string,
): Promise<void> {
  await touch(apiIn(apis, member), "Service", namespace, service);
}

async function serviceIn(
  apis: ReadonlyMap<string, KubernetesApi>,
  cluster: string,
  namespace: string,
  name: string,
): Promise<Service | undefined> {
  return getIfThere<Service>(apiIn(apis, cluster), corePath(namespace, "services", name));
}

function apiIn(apis: ReadonlyMap<string, KubernetesApi>, cluster: string): KubernetesApi {
  const api = apis.get(cluster);
  if (api === undefined) throw new Error(`no connection to cluster ${cluster}`);
  return api;
}

async function viewOf(
  apis: ReadonlyMap<string, KubernetesApi>,
  viewer: string,
  namespace: string,
  name: string,
): Promise<{ readonly service: Service | undefined; readonly namespaceThere: boolean }> {
  const service = await serviceIn(apis, viewer, namespace, name);
  if (service !== undefined) return { service, namespaceThere: true };
  const api = apis.get(viewer);
  const there = api && (await getIfThere(api, `/api/v1/namespaces/${namespace}`));
  return { service, namespaceThere: there !== undefined };
}
