import fc from "fast-check";
import { defaultSlot } from "../../../planning/clusters/addresses.ts";
import { carries } from "../../../planning/links/selectors.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { LinkPlan, Plan } from "../../../planning/plan-types.ts";
import type {
  ClusterSpec,
  ExportSpec,
  LinkMode,
  LinkSpec,
  Topology,
  TrafficSpec,
} from "../../../planning/topology.ts";

/**
 * Names that can stand in one topology: their default subnets differ, and none ends like another
 * after a hyphen.
 */
function clusterNames(minLength: number, maxLength: number) {
  const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,5}-)?[a-z0-9]{1,9}$/);
  return fc
    .uniqueArray(label, {
      minLength,
      maxLength,
      selector: (name) => name.split("-").at(-1),
    })
    .map((names) => [...new Map(names.map((name) => [defaultSlot(name), name])).values()])
    .filter((names) => !names.some((name) => name.endsWith("federated")));
}

function clusterSpec(name: string, index: number): fc.Arbitrary<ClusterSpec> {
  return fc.record(
    {
      name: fc.constant(name),
      // A network's name differs from every cluster's: none of those has three hyphens.
      network: fc.constantFrom("net-a-b-c", "net-d-e-f"),
      kubernetesVersion: fc.constantFrom("v1.33.1", "v1.34.2"),
      nodes: fc.constantFrom(
        { controlPlanes: 1 },
        { workers: 2 },
        { controlPlanes: 3, workers: 5 },
        {},
      ),
      portMappings: fc.constantFrom(
        [],
        [{ containerPort: 30_080, hostPort: 8000 + index }],
        [{ containerPort: 53, hostPort: 9000 + index, protocol: "UDP" as const }],
      ),
      gateway: fc.constantFrom({}, { nodePort: 31_000 }, { addresses: ["203.0.113.7", "gw.test"] }),
      imageArchives: fc.constantFrom([], ["images/app.tar"]),
    },
    { requiredKeys: ["name"] },
  );
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly mode: LinkMode | undefined;
}

function toLink({ from, to, mode }: Pair): LinkSpec {
  if (mode === undefined) return { from, to };
  const own = { matchLabels: { team: "a" }, matchExpressions: [conditions.exported] };
  const selectors =
    mode === "gateway"
      ? { gateway: own }
      : { federated: { matchExpressions: [conditions.member, conditions.noTest] } };
  return { from: [from], to, mode, selectors, excludedLabels: ["example.org/*"] };
}

const conditions = {
  exported: { key: "mirror.linkerd.io/exported", operator: "Exists" },
  member: { key: "mirror.linkerd.io/federated", operator: "In", values: ["member"] },
  noTest: { key: "test", operator: "DoesNotExist" },
} as const;

/** A group linked by `between`, and some of the other ordered pairs one by one. */
function links(clusters: readonly ClusterSpec[]): fc.Arbitrary<LinkSpec[]> {
  const pairs = clusters.flatMap((source) =>
    clusters
      .filter((target) => target !== source)
      .map((target): fc.Arbitrary<Pair> => {
        const together = source.network !== undefined && source.network === target.network;
        const routed: LinkMode[] = together ? ["flat", "mixed"] : [];
        return fc.record({
          from: fc.constant(source.name),
          to: fc.constant(target.name),
          mode: fc.constantFrom<LinkMode | undefined>(undefined, "gateway", ...routed),
        });
      }),
  );
  const names = clusters.map((cluster) => cluster.name);
  return fc
    .record({
      group: fc.subarray(names),
      chosen: fc.subarray(pairs).chain((some) => fc.tuple(...some)),
    })
    .map(({ group, chosen }) => {
      const rest = chosen.filter(({ from, to }) => !group.includes(from) || !group.includes(to));
      return [...(group.length > 1 ? [{ between: group }] : []), ...rest.map(toLink)];
    });
}

/** Topologies without problems, of clusters that kind makes. */
export function validTopology(least = 1, most = 20): fc.Arbitrary<Topology> {
  return clusterNames(least, most)
    .filter((names) => names.length >= least)
    .chain((names) => fc.tuple(...names.map(clusterSpec)))
    .chain((clusters) =>
      fc.record({
        name: fc.constantFrom("lab", "t-1"),
        clusters: fc.constant(clusters),
        links: links(clusters),
      }),
    );
}

/** Of one cluster: a few Services, each exported as some Link that leads there carries it. */
function exportsOf(cluster: string, incoming: readonly LinkPlan[]): fc.Arbitrary<ExportSpec[]> {
  const kinds = (["gateway", "remote-discovery", "federated"] as const).filter((kind) =>
    incoming.some(({ mode }) => carries(mode, kind)),
  );
  if (kinds.length === 0) return fc.constant([]);
  const one = (service: string) =>
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        replicas: fc.option(fc.integer({ min: 1, max: 3 })),
      })
      .map(({ kind, replicas }): ExportSpec => ({
        service,
        namespace: service === "web" ? "shop" : "data",
        from: cluster,
        as: kind,
        ...(kind === "gateway" && replicas !== null && { headless: { replicas } }),
      }));
  return fc.subarray(["web", "db", "queue"]).chain((some) => fc.tuple(...some.map(one)));
}

/** Valid topologies with exports, and with some of all that a topology can say. */
export function exportingTopology(least = 1, most = 8): fc.Arbitrary<Topology> {
  return validTopology(least, most).chain((topology) => {
    const links = planOrThrow(topology, { name: "lab" }).links;
    const exports = topology.clusters.map(({ name }) =>
      exportsOf(
        name,
        links.filter(({ target }) => target === name),
      ),
    );
    return fc.record(
      {
        name: fc.constant(topology.name ?? "lab"),
        clusters: fc.constant(topology.clusters),
        links: fc.constant(topology.links ?? []),
        exports: fc.tuple(...exports).map((lists) => lists.flat()),
        docker: fc.constantFrom({}, { subnet: "172.30.0.0/16" }),
        linkerd: fc.constantFrom(
          {},
          { version: "edge-26.1.1", values: { controlPlane: { controllerLogLevel: "debug" } } },
        ),
        trust: fc.constantFrom({}, { issuerLifetimeHours: 48 }),
      },
      { requiredKeys: ["name", "clusters", "links", "exports"] },
    );
  });
}

/** A valid topology in which one value, somewhere, was replaced by anything. */
export function damagedTopology(): fc.Arbitrary<unknown> {
  return fc
    .tuple(exportingTopology(1, 5), fc.nat(), fc.oneof(fc.jsonValue(), fc.anything()))
    .map(([topology, position, anything]) => {
      const copy: unknown = structuredClone(topology);
      const places = findPlaces(copy);
      const place = places[position % places.length];
      if (place) place.parent[place.key] = anything;
      return copy;
    });
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function findPlaces(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...findPlaces(parent[key])]);
}

/** Who calls a Service that clients in a cluster can be sent elsewhere for, and where to. */
interface Calling {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /** Places other than `local`. */
  readonly places: readonly string[];
  readonly isExported: boolean;
}

function callings({ clusters, mirrors, exports }: Plan): Calling[] {
  const services = [...new Set(exports.map((one) => `${one.namespace}/${one.service}`))];
  return clusters.flatMap(({ name: cluster }) =>
    services.flatMap((text) => {
      const [namespace = "", service = ""] = text.split("/");
      const own = exports.filter(
        (one) => one.cluster === cluster && one.namespace === namespace && one.service === service,
      );
      const places = mirrors
        .filter((one) => one.cluster === cluster && one.namespace === namespace)
        .flatMap(({ kind, of }) => {
          const [first] = of;
          if (first?.service !== service || kind.startsWith("headless")) return [];
          return kind === "federated" ? ["federated"] : [first.cluster];
        });
      if (places.length === 0 || own.some(({ pods }) => pods.length > 0)) return [];
      return [{ cluster, namespace, service, places, isExported: own.length > 0 }];
    }),
  );
}

function entryOf(calling: Calling): fc.Arbitrary<TrafficSpec> {
  const { cluster, namespace, service, places, isExported } = calling;
  const about = { in: cluster, namespace, service };
  const all = ["local", ...places];
  const place = fc.constantFrom(...all);
  const failover = fc
    .shuffledSubarray(all, { minLength: 2, maxLength: Math.min(5, all.length) })
    .map((list) => ({ failover: list }));
  const split = fc
    .tuple(
      fc.shuffledSubarray(all, { minLength: 2 }),
      fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 10, maxLength: 10 }),
    )
    .map(([names, weights]) => ({
      split: Object.fromEntries(
        names.map((name, index) => [name, index === 0 ? 1 : (weights[index] ?? 0)]),
      ),
    }));
  const match = fc.constantFrom({ headers: { "x-tenant": "acme" } }, { path: "/api" });
  const routes = fc
    .tuple(match, fc.oneof(failover, split), place)
    .map(([condition, first, to]) => ({ routes: [{ match: condition, ...first }, { to }] }));
  const alias = fc.constantFrom(...places).map((to) => ({ alias: to }));
  const forms: fc.Arbitrary<object>[] = [failover, split, routes];
  return fc
    .tuple(fc.oneof(...forms, ...(isExported ? [] : [alias])), fc.constantFrom(undefined, 80, 8080))
    .map(([form, port]) => ({ ...about, ...form, ...(port !== undefined && { port }) }));
}

/** Valid topologies with exports and with entries of `traffic`, each about one cluster. */
export function routingTopology(): fc.Arbitrary<Topology> {
  return exportingTopology(2, 6)
    .filter(({ clusters }) => !clusters.some(({ name }) => ["local", "federated"].includes(name)))
    .chain((topology) => {
      const entries = callings(planOrThrow(topology, { name: "lab" })).map(entryOf);
      return fc
        .tuple(...entries)
        .map((traffic) => ({ ...topology, ...(traffic.length > 0 && { traffic }) }));
    });
}
