import { multiclusterNamespace, federatedName } from "../../planning/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { localFederatedSelector } from "../../planning/links/selectors.ts";
import type { Plan } from "../../planning/plan-types.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Endpoints, LinkObject, Service } from "../../kubernetes/objects.ts";
import { getIfThere, listIfServed } from "../../kubernetes/optional.ts";
import {
  clusterNameLabel,
  corePath,
  headlessMirrorLabel,
  linkPath,
  localDiscoveryAnnotation,
  mirroredServiceLabel,
  remoteDiscoveryKey,
} from "../../linkerd/names.ts";
import type { ExportedService, MirrorServiceStatus, ServicesStatus } from "../status.ts";
import { hostnamesOf } from "./mirrors.ts";

/** What a cluster exports, and what it has of other clusters' exports. */
export async function observeServices(
  api: KubernetesApi,
  cluster: string,
  plan: Pick<Plan, "links" | "exports">,
): Promise<ServicesStatus> {
  const own = plan.links.filter(({ source }) => source === cluster);
  // Whoever made the Links may have given the targets other names.
  const known = (name: string): string => own.find((link) => link.name === name)?.target ?? name;
  const [items, links] = await Promise.all([
    listAll<Service>(api, "/api/v1/services"),
    linksIn(api, own.find(({ found }) => found !== undefined)?.found?.apiVersion),
  ]);
  const exported = items.filter(
    (service) =>
      service.metadata.labels?.[mirroredServiceLabel] !== "true" &&
      isExported(service, cluster, plan),
  );
  const mirrored = items.filter(
    ({ metadata }) => metadata.labels?.[mirroredServiceLabel] === "true",
  );
  const federated = mirrored.filter(isFederated);
  const withoutAddress = items.filter(waitsForAddress).map(({ metadata: { name } }) => name);
  return {
    exported: await Promise.all(exported.map((service) => exportedService(api, service))),
    federated: federated.map(({ metadata: { namespace = "", name, annotations = {} } }) => ({
      namespace,
      name,
      local: (annotations[localDiscoveryAnnotation] ?? "") !== "",
      remote: (annotations[remoteDiscoveryKey] ?? "").split(",").flatMap((member) => {
        const [, of] = member.split("@");
        return of === undefined ? [] : [known(of)];
      }),
    })),
    mirrors: mirrored.flatMap((service) => (isFederated(service) ? [] : mirrorOf(service))),
    links,
    ...(withoutAddress.length > 0 && { withoutAddress }),
  };
}

function waitsForAddress({ metadata: { namespace }, spec, status }: Service): boolean {
  return (
    namespace === multiclusterNamespace &&
    spec?.type === "LoadBalancer" &&
    (status?.loadBalancer?.ingress ?? []).length === 0
  );
}

async function exportedService(api: KubernetesApi, service: Service): Promise<ExportedService> {
  const { metadata, spec } = service;
  const { namespace = "", name, labels = {} } = metadata;
  const headless = spec?.clusterIP === "None";
  const told = { namespace, service: name, labels, headless };
  if (!headless) return told;
  const endpoints = await getIfThere<Endpoints>(api, corePath(namespace, "endpoints", name));
  const hostnames = hostnamesOf(endpoints);
  const addresses = (endpoints?.subsets ?? []).flatMap((subset) => subset.addresses ?? []);
  const nameless = addresses.filter(({ hostname = "" }) => hostname === "").length;
  const translated = translatedPorts(service, endpoints);
  return { ...told, pods: { hostnames, nameless, translated } };
}

/** Kubernetes looks up a port's name in the pods, and Endpoints have the result. */
function translatedPorts({ spec }: Service, endpoints: Endpoints | undefined): readonly string[] {
  return (spec?.ports ?? []).flatMap(({ name, port, targetPort = port }) => {
    const found = (endpoints?.subsets ?? []).flatMap(({ ports = [] }) =>
      ports.filter((one) => (one.name ?? "") === (name ?? "")).map((one) => one.port),
    );
    const wanted = found.length > 0 ? found : typeof targetPort === "number" ? [targetPort] : [];
    return [...new Set(wanted)].filter((one) => one !== port).map((one) => `${port} → ${one}`);
  });
}

/** A federated Service has no label with a target: annotations list its members. */
function isFederated({ metadata: { name, labels, annotations } }: Service): boolean {
  return (
    labels?.[clusterNameLabel] === undefined &&
    name.endsWith(federatedName("")) &&
    (annotations?.[localDiscoveryAnnotation] ?? annotations?.[remoteDiscoveryKey]) !== undefined
  );
}

function isExported(
  { metadata: { namespace, name, labels = {} } }: Service,
  cluster: string,
  { links, exports }: Pick<Plan, "links" | "exports">,
): boolean {
  return (
    exports.some(
      (one) => one.cluster === cluster && one.namespace === namespace && one.service === name,
    ) ||
    selects(localFederatedSelector, labels) ||
    links.some(
      ({ target, selectors }) =>
        target === cluster &&
        (selects(selectors.gateway, labels) ||
          selects(selectors.remoteDiscovery, labels) ||
          selects(selectors.federated, labels)),
    )
  );
}

function mirrorOf({ metadata, spec }: Service): MirrorServiceStatus[] {
  const labels = metadata.labels ?? {};
  const target = labels[clusterNameLabel];
  // Namespaces and other objects may have the label too; a mirror Service also names its target.
  if (target === undefined) return [];
  const kind =
    labels[remoteDiscoveryKey] !== undefined
      ? "remote-discovery"
      : labels[headlessMirrorLabel] !== undefined
        ? "headless-pod"
        : spec?.clusterIP === "None"
          ? "headless"
          : "gateway";
  return [{ namespace: metadata.namespace ?? "", name: metadata.name, target, kind }];
}

/** Without the extension the kind doesn't exist. */
async function linksIn(api: KubernetesApi, version?: string): Promise<readonly string[]> {
  const items = await listIfServed<LinkObject>(api, linkPath(multiclusterNamespace, "", version));
  return items.map(({ metadata }) => metadata.name);
}
