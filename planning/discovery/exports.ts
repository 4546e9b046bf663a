import { groupBy } from "../group.ts";
import { selects } from "../links/label-selector.ts";
import { usesGateway } from "../links/links.ts";
import type { ExportKind, ExportSpec, HeadlessSpec, LinkMode } from "../topology.ts";
import type { ClusterObservation, LinkObservation, ServiceObservation } from "./observation.ts";

/** A Link that leads to a cluster, and what it carries. */
export interface IncomingLink {
  readonly link: LinkObservation;
  readonly mode: LinkMode;
}

/** A Service of one cluster, exported in one way. */
export interface FoundExport {
  readonly cluster: string;
  readonly service: ServiceObservation;
  readonly as: ExportKind;
  readonly headless: HeadlessSpec | undefined;
}

/** An export that a topology can't express, and why. */
export interface LeftOut {
  readonly cluster: string;
  readonly service: ServiceObservation;
  readonly why: string;
}

/** What the Links to a cluster make of its Services. */
export function exportsOf(
  cluster: string,
  { services }: Pick<ClusterObservation, "services">,
  incoming: readonly IncomingLink[],
): { readonly exports: readonly FoundExport[]; readonly leftOut: readonly LeftOut[] } {
  const exports: FoundExport[] = [];
  const leftOut: LeftOut[] = [];
  for (const service of services) {
    for (const as of waysOf(service, incoming)) {
      const byPod =
        as === "gateway" &&
        service.headless &&
        incoming.some(
          ({ link, mode }) =>
            usesGateway(mode) &&
            link.controller?.headless === true &&
            selects(link.selectors.gateway, service.labels),
        );
      const headless = byPod ? podsOf(service) : undefined;
      if (typeof headless === "string") leftOut.push({ cluster, service, why: headless });
      else exports.push({ cluster, service, as, headless });
    }
  }
  return { exports, leftOut };
}

function waysOf(
  { labels, headless }: ServiceObservation,
  incoming: readonly IncomingLink[],
): readonly ExportKind[] {
  const ways = new Set<ExportKind>();
  for (const { link, mode } of incoming) {
    const { gateway, remoteDiscovery, federated } = link.selectors;
    const isFlat = mode !== "gateway";
    // Linkerd checks remote discovery first.
    if (isFlat && selects(remoteDiscovery, labels)) ways.add("remote-discovery");
    else if (usesGateway(mode) && selects(gateway, labels)) ways.add("gateway");
    if (isFlat && !headless && selects(federated, labels)) ways.add("federated");
  }
  return [...ways];
}

/** The StatefulSet of the pods and their number, or why the pods can't be described that way. */
function podsOf({ name, hostnames = [] }: ServiceObservation): HeadlessSpec | string {
  if (hostnames.length === 0) return "it is headless, and no pod of it has a name now";
  const [, statefulSet = ""] = /^(.+)-\d+$/.exec(hostnames[0] ?? "") ?? [];
  const isNumbered = hostnames.every((_, index) => hostnames.includes(`${statefulSet}-${index}`));
  if (statefulSet === "" || !isNumbered) {
    return `the names of its pods (${hostnames.join(", ")}) are not those of one StatefulSet, counted from 0`;
  }
  return { replicas: hostnames.length, ...(statefulSet !== name && { statefulSet }) };
}

/** Entries of a topology. The same export of several clusters becomes one entry. */
export function exportSpecs(found: readonly FoundExport[]): readonly ExportSpec[] {
  const alike = groupBy(found, ({ service, as, headless }) =>
    JSON.stringify([service.namespace, service.name, as, headless]),
  );
  return [...alike.values()].flatMap((group): ExportSpec[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { service, as, headless } = first;
    const from = group.map(({ cluster }) => cluster);
    return [
      {
        service: service.name,
        namespace: service.namespace,
        from: from.length === 1 ? (from[0] ?? "") : from,
        ...(as !== "gateway" && { as }),
        ...(headless && { headless }),
      },
    ];
  });
}
