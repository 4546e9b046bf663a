import { listAll } from "../../kubernetes/list-all.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isConflict, isNotFound } from "../../kubernetes/errors.ts";
import type { Endpoints, Lease, LinkObject, Pod, Service } from "../../kubernetes/objects.ts";
import { deleteIfThere, getIfThere } from "../../kubernetes/optional.ts";
import { isReady } from "../../kubernetes/pods.ts";
import {
  clusterNameLabel,
  corePath,
  leaseOf,
  leasePath,
  linkPath,
  localDiscoveryAnnotation,
  mirroredServiceLabel,
  probeOf,
  remoteDiscoveryKey,
} from "../../linkerd/names.ts";
import { readControllerMetrics } from "../../linkerd/signals/controller-metrics.ts";
import type { Look } from "../../kubernetes/wait.ts";

/** The Link that left something behind, and its namespace in the source. */
export interface FormerLink {
  readonly namespace: string;
  readonly link: string;
}

/**
 * Whether mirrors can be removed for good: no service mirror works on the Link any more. "link exists": they
 * must stay, because they belong to an existing Link.
 */
export async function lookAtLetGo(
  api: KubernetesApi,
  { namespace, link }: FormerLink,
): Promise<Look<"let go" | "link exists">> {
  const found = await getIfThere<LinkObject>(api, linkPath(namespace, link));
  if (found !== undefined) {
    if (found.metadata.deletionTimestamp === undefined) return { done: true, value: "link exists" };
    return { done: false, seen: "the Link is being deleted" };
  }
  const pod = await holderOf(api, { namespace, link });
  if (pod === undefined || !isReady(pod)) return { done: true, value: "let go" };
  const { name } = pod.metadata;
  const metrics = await readControllerMetrics(api, namespace, name, link);
  if (metrics.targetServices === undefined) return { done: true, value: "let go" };
  return { done: false, seen: `pod ${name} still watches ${link}` };
}

/**
 * Removes what the Link left, and is done when a look finds nothing more. Mirrors of other targets stay, and
 * so do federated Services that still have members.
 */
export async function sweepMirrors(
  api: KubernetesApi,
  former: FormerLink,
): Promise<Look<undefined>> {
  const { namespace, link } = former;
  const mirrored = `${mirroredServiceLabel}=true`;
  const [services, endpoints] = await Promise.all([
    listAll<Service>(api, "/api/v1/services", { labelSelector: mirrored }),
    listAll<Endpoints>(api, "/api/v1/endpoints", { labelSelector: `${clusterNameLabel}=${link}` }),
  ]);
  const mirrors = services.filter(({ metadata }) => metadata.labels?.[clusterNameLabel] === link);
  const federated = services.filter((service) => isMember(service, link));
  // The probe's Endpoints have no mirror label. Those of the chart's Service of that name are deleted with
  // it.
  const leftEndpoints = endpoints.filter(
    ({ metadata }) =>
      metadata.labels?.[mirroredServiceLabel] === "true" ||
      (metadata.namespace === namespace && metadata.name === probeOf(link)),
  );
  await Promise.all([
    ...mirrors.map(({ metadata: { namespace: of = "", name } }) =>
      deleteIfThere(api, corePath(of, "services", name)),
    ),
    ...leftEndpoints.map(({ metadata: { namespace: of = "", name } }) =>
      deleteIfThere(api, corePath(of, "endpoints", name)),
    ),
    ...federated.map((service) => leave(api, service, link)),
    removeLease(api, former),
  ]);
  const left = mirrors.length + leftEndpoints.length + federated.length;
  return left === 0
    ? { done: true, value: undefined }
    : { done: false, seen: `${left} Services and Endpoints` };
}

/** Where a person looks next. */
export function furtherAboutMirrors({ link }: FormerLink): string {
  return `Look further with: kubectl get services,endpoints -A -l ${clusterNameLabel}=${link}`;
}

async function holderOf(api: KubernetesApi, former: FormerLink): Promise<Pod | undefined> {
  const { namespace, link } = former;
  const lease = await getIfThere<Lease>(api, leasePath(namespace, leaseOf(link)));
  const holder = lease?.spec?.holderIdentity ?? "";
  return holder === ""
    ? undefined
    : await getIfThere<Pod>(api, corePath(namespace, "pods", holder));
}

/** A running service mirror keeps its Lease: it would only recreate it. */
async function removeLease(api: KubernetesApi, former: FormerLink): Promise<void> {
  if ((await holderOf(api, former)) !== undefined) return;
  await deleteIfThere(api, leasePath(former.namespace, leaseOf(former.link)));
}

function members(service: Service): readonly string[] {
  const list = service.metadata.annotations?.[remoteDiscoveryKey] ?? "";
  return list.split(",").filter((member) => member !== "");
}

function isMember(service: Service, target: string): boolean {
  // Mirrors of a target have its name as a label. Federated Services don't; their annotations name it.
  if (service.metadata.labels?.[clusterNameLabel] !== undefined) return false;
  return members(service).some((member) => member.endsWith(`@${target}`));
}

/** Removes the target from a federated Service, and the Service after its last member. */
async function leave(api: KubernetesApi, service: Service, target: string): Promise<void> {
  const { namespace, name, resourceVersion, annotations } = service.metadata;
  const rest = members(service).filter((member) => !member.endsWith(`@${target}`));
  if (rest.length === 0 && (annotations?.[localDiscoveryAnnotation] ?? "") === "") {
    await deleteIfThere(api, corePath(namespace ?? "", "services", name));
    return;
  }
  try {
    // With the version: another target's service mirror may be changing it too.
    await api.patch(corePath(namespace ?? "", "services", name), {
      metadata: { resourceVersion, annotations: { [remoteDiscoveryKey]: rest.join(",") } },
    });
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}
