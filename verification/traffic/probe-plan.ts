import { conditionsOf, selects } from "../../planning/links/label-selector.ts";
import { localFederatedSelector } from "../../planning/links/selectors.ts";
import { federatedName, mirrorName } from "../../planning/names.ts";
import type { LinkPlan, Plan } from "../../planning/plan-types.ts";
import { solveLabels } from "../../planning/links/solve-labels.ts";
import type { LabelSelector } from "../../planning/topology.ts";
import { serverName } from "./names.ts";

/** How a Link carries exports. */
export type RouteKind = "gateway" | "headless" | "flat" | "federated";

export interface ProbeService {
  readonly cluster: string;
  readonly name: string;
  readonly headless: boolean;
  /** Labels that export it. It is created without them, so that requests before the export can fail. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One way from a source to servers in other clusters. */
export interface Route {
  readonly kind: RouteKind;
  /** Where the client is. */
  readonly source: string;
  /** The Links that it depends on. A federated Service depends on all federated Links of its source. */
  readonly links: readonly LinkPlan[];
  /** Clusters whose servers must answer. */
  readonly members: readonly string[];
  /** The exported Services' name. */
  readonly service: string;
  /** The Service in the source that the client asks. */
  readonly mirror: string;
  /**
   * Host in the source, without the namespace's part. The host of a headless Service's pod begins with the
   * pod's name.
   */
  readonly host: string;
  /** Why nothing can be exported this way. Undefined: it can. */
  readonly obstacle: string | undefined;
}

/** Two clusters without a Link from one to the other. */
export interface UnlinkedPair {
  readonly source: string;
  readonly target: string;
  /** Hosts that a Link would have given the target's exports in the source. */
  readonly hosts: readonly string[];
}

/** What a verification creates and asks. */
export interface ProbePlan {
  readonly services: readonly ProbeService[];
  readonly routes: readonly Route[];
  readonly unlinkedPairs: readonly UnlinkedPair[];
}

const serviceNames = {
  gateway: "gateway",
  headless: "headless",
  flat: "flat",
  federated: "member",
} as const satisfies Record<RouteKind, string>;

/** Plans which Services to export how, and which of them must answer whom. */
export function planProbes({ clusters, links: all }: Pick<Plan, "clusters" | "links">): ProbePlan {
  // A source whose account is revoked doesn't learn of new exports, so they stay out of its reach.
  const links = all.filter(({ access }) => !access.revoked);
  const places = new Map(clusters.map(({ name }, index) => [name, serverName(index)]));
  const exported = clusters.flatMap(({ name }) =>
    exportsOf(
      name,
      links.filter(({ target }) => target === name),
    ),
  );
  const single = links.flatMap((link) =>
    kindsOf(link).map((kind): Route => {
      const found = exported.find((one) => one.carriers.get(link) === kind);
      const service = found?.service.name ?? serviceNames[kind];
      const mirror = mirrorName(service, link.name);
      const server = places.get(link.target) ?? "";
      return {
        kind,
        source: link.source,
        links: [link],
        members: [link.target],
        service,
        mirror: kind === "headless" ? mirrorName(server, link.name) : mirror,
        host: kind === "headless" ? `${server}.${mirror}` : mirror,
        obstacle:
          found === undefined
            ? `no labels make the Link select a Service for ${kindWords[kind]} alone: its selectors exclude it`
            : undefined,
      };
    }),
  );
  const federated = federatedRoutes(clusters, links);
  const services = [...exported.map(({ service }) => service), ...federated.services];
  return {
    services,
    routes: [...single, ...federated.routes],
    unlinkedPairs: unlinkedPairsOf(clusters, links, services, places),
  };
}

/** For titles. */
export const kindWords: Readonly<Record<RouteKind, string>> = {
  gateway: "gateway",
  headless: "headless",
  flat: "remote discovery",
  federated: "federated",
};

function kindsOf({ selectors, headless }: LinkPlan): readonly Exclude<RouteKind, "federated">[] {
  return [
    ...(selectors.gateway ? (["gateway"] as const) : []),
    ...(selectors.gateway && headless ? (["headless"] as const) : []),
    ...(selectors.remoteDiscovery ? (["flat"] as const) : []),
  ];
}

interface Exported {
  readonly service: ProbeService;
  /** The Links that carry it, and how. */
  readonly carriers: ReadonlyMap<LinkPlan, RouteKind>;
}

/** One Service for each kind of the Links to a cluster, and more if their selectors don't go together. */
function exportsOf(cluster: string, incoming: readonly LinkPlan[]): Exported[] {
  return (["gateway", "headless", "flat"] as const).flatMap((kind) => {
    const groups: { labels: Readonly<Record<string, string>>; carriers: LinkPlan[] }[] = [];
    for (const link of incoming.filter((one) => kindsOf(one).includes(kind))) {
      const fits = groups.find(({ carriers }) => labelsFor(kind, [...carriers, link]));
      const carriers = [...(fits?.carriers ?? []), link];
      const labels = labelsFor(kind, carriers);
      if (labels === undefined) continue;
      if (fits === undefined) groups.push({ labels, carriers });
      else Object.assign(fits, { labels, carriers });
    }
    return groups.map(({ labels, carriers }, index) => ({
      service: {
        cluster,
        name: index === 0 ? serviceNames[kind] : `${serviceNames[kind]}-${index + 1}`,
        headless: kind === "headless",
        labels,
      },
      carriers: new Map(carriers.map((link) => [link, kind])),
    }));
  });
}

/** Labels that all of the Links select for this kind, and for no other. Undefined: there are none. */
function labelsFor(
  kind: Exclude<RouteKind, "federated">,
  links: readonly LinkPlan[],
): Readonly<Record<string, string>> | undefined {
  const wanted = (link: LinkPlan) =>
    kind === "flat" ? link.selectors.remoteDiscovery : link.selectors.gateway;
  const labels = solved(links.map(wanted));
  return labels !== undefined &&
    links.every(
      ({ selectors }) =>
        selects(selectors.remoteDiscovery, labels) === (kind === "flat") &&
        (kind === "flat" || selects(selectors.gateway, labels)),
    )
    ? labels
    : undefined;
}

function solved(
  selectors: readonly (LabelSelector | undefined)[],
): Readonly<Record<string, string>> | undefined {
  const demands = selectors.flatMap((selector) =>
    selector === undefined
      ? []
      : conditionsOf(selector).map((condition) => ({ condition, origin: undefined })),
  );
  const { labels, conflicts } = solveLabels(demands);
  return conflicts.length === 0 ? labels : undefined;
}

/** One federated Service over all clusters at either end of a federated Link. */
function federatedRoutes(
  clusters: Plan["clusters"],
  links: readonly LinkPlan[],
): { readonly services: readonly ProbeService[]; readonly routes: readonly Route[] } {
  const carrying = links.filter(({ selectors }) => selectors.federated !== undefined);
  const service = serviceNames.federated;
  const services = clusters.flatMap(({ name: cluster }): ProbeService[] => {
    if (!carrying.some(({ source, target }) => source === cluster || target === cluster)) return [];
    const incoming = carrying.filter(({ target }) => target === cluster);
    const labels = solved([
      localFederatedSelector,
      ...incoming.map(({ selectors }) => selectors.federated),
    ]);
    return labels === undefined ? [] : [{ cluster, name: service, headless: false, labels }];
  });
  const isMember = (name: string): boolean => services.some(({ cluster }) => cluster === name);
  const sources = clusters.filter(({ name }) => carrying.some(({ source }) => source === name));
  const routes = sources.map(({ name: source }): Route => {
    const own = carrying.filter((link) => link.source === source);
    const wanted = [source, ...own.map(({ target }) => target)];
    const lacking = wanted.filter((name) => !isMember(name));
    return {
      kind: "federated",
      source,
      links: own,
      members: wanted.filter(isMember),
      service,
      mirror: federatedName(service),
      host: federatedName(service),
      obstacle:
        lacking.length > 0
          ? `no labels make a Service of ${lacking.join(", ")} a member everywhere: the Links' selectors contradict each other`
          : undefined,
    };
  });
  return { services, routes };
}

function unlinkedPairsOf(
  clusters: Plan["clusters"],
  links: readonly LinkPlan[],
  services: readonly ProbeService[],
  places: ReadonlyMap<string, string>,
): UnlinkedPair[] {
  return clusters.flatMap(({ name: source }) =>
    clusters.flatMap(({ name: target }): UnlinkedPair[] => {
      const linked = links.some((link) => link.source === source && link.target === target);
      if (source === target || linked) return [];
      const hosts = services
        .filter(({ cluster }) => cluster === target)
        .map(({ name, headless }) => {
          const mirror = mirrorName(name, target);
          return headless ? `${places.get(target) ?? ""}.${mirror}` : mirror;
        });
      return hosts.length === 0 ? [] : [{ source, target, hosts }];
    }),
  );
}
