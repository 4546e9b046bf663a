import { listAll } from "../../kubernetes/list-all.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Endpoints, LinkObject, MirroredService, Service } from "../../kubernetes/objects.ts";
import {
  clusterNameLabel,
  headlessMirrorLabel,
  mirroredServiceLabel,
  remoteDiscoveryKey,
  remoteServiceAnnotation,
} from "../../linkerd/names.ts";
import type { MirrorKind, MirrorStatus } from "../status.ts";

/**
 * The mirror Services of one target in the source, joined with what the service mirror reports about them.
 */
export async function observeMirrors(
  api: KubernetesApi,
  link: LinkObject,
): Promise<readonly MirrorStatus[]> {
  const target = link.spec?.targetClusterName ?? link.metadata.name;
  // Mirrors of all targets, so that one list serves all Links of a source.
  const labelSelector = `${mirroredServiceLabel}=true`;
  const isOfTarget = ({ metadata }: Service | Endpoints): boolean =>
    metadata.labels?.[clusterNameLabel] === target;
  const [services, endpoints] = await Promise.all([
    listAll<Service>(api, "/api/v1/services", { labelSelector }),
    listAll<Endpoints>(api, "/api/v1/endpoints", { labelSelector }),
  ]);
  return joinMirrors(
    target,
    services.filter(isOfTarget),
    endpoints.filter(isOfTarget),
    link.status,
  );
}

export function joinMirrors(
  target: string,
  services: readonly Service[],
  endpoints: readonly Endpoints[],
  said: LinkObject["status"],
): readonly MirrorStatus[] {
  const conditions = new Map(
    (said?.mirrorServices ?? []).map((service) => [keyOf(service), service]),
  );
  const present = services.map(({ metadata, spec }): MirrorStatus => {
    const namespace = metadata.namespace ?? "";
    const [remote = ""] = (metadata.annotations?.[remoteServiceAnnotation] ?? "").split(".");
    const service = remote || metadata.name.replace(new RegExp(`-${target}$`), "");
    const key = `${namespace}/${service}`;
    const words = conditions.get(key);
    conditions.delete(key);
    const labels = metadata.labels ?? {};
    const isHeadless = spec?.clusterIP === "None";
    const headless = isHeadless || labels[headlessMirrorLabel] !== undefined;
    const own = endpoints.find(
      (candidate) =>
        candidate.metadata.namespace === namespace && candidate.metadata.name === metadata.name,
    );
    return {
      kind: labels[remoteDiscoveryKey] === undefined ? (headless ? "headless" : "gateway") : "flat",
      namespace,
      service,
      mirror: metadata.name,
      endpoints: addressesOf(own),
      ...(isHeadless && { hostnames: hostnamesOf(own) }),
      ...(words === undefined ? { mirrored: undefined, reason: undefined } : verdict(words)),
    };
  });
  return [
    ...present,
    ...[...conditions.values()].map((service) => onlySaid("unknown", service)),
    ...(said?.federatedServices ?? []).map((service) => onlySaid("federated", service)),
  ].sort((a, b) => `${a.namespace}/${a.service}`.localeCompare(`${b.namespace}/${b.service}`));
}

function onlySaid(kind: MirrorKind, service: MirroredService): MirrorStatus {
  const local = service.conditions?.find((condition) => condition.localRef !== undefined)?.localRef;
  return {
    kind,
    namespace: service.remoteRef.namespace ?? "",
    service: service.remoteRef.name,
    // A mirror that only the status mentions doesn't exist. A federated Service has no label of a target.
    mirror:
      kind === "federated" ? (local?.name ?? `${service.remoteRef.name}-federated`) : undefined,
    endpoints: [],
    ...verdict(service),
  };
}

function keyOf({ remoteRef }: MirroredService): string {
  return `${remoteRef.namespace ?? ""}/${remoteRef.name}`;
}

function verdict(service: MirroredService): Pick<MirrorStatus, "mirrored" | "reason"> {
  const condition = service.conditions?.find(({ type }) => type === "Mirrored");
  if (condition === undefined) return { mirrored: undefined, reason: undefined };
  const mirrored = condition.status === "True";
  const words = [condition.reason, condition.message].filter(Boolean).join(": ");
  return { mirrored, reason: mirrored ? undefined : words || undefined };
}

/** The names of pods in Endpoints, each once, sorted. */
export function hostnamesOf(endpoints: Endpoints | undefined): readonly string[] {
  const names = (endpoints?.subsets ?? []).flatMap(({ addresses = [] }) =>
    addresses.flatMap(({ hostname = "" }) => (hostname === "" ? [] : [hostname])),
  );
  return [...new Set(names)].sort();
}

function addressesOf(endpoints: Endpoints | undefined): readonly string[] {
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
}
