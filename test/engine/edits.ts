import type {
  ExportKind,
  LinkMode,
  LinkSpec,
  Topology,
  TrafficSpec,
} from "../../planning/topology.ts";
import type { Plan } from "../../planning/plan-types.ts";

/** A change that somebody makes to a topology. */
export interface Edit {
  readonly title: string;
  /** The topology afterwards; undefined where the topology has nothing that could be changed so. */
  make(topology: Topology, plan: Plan): Topology | undefined;
  /** Clusters in which anything may change, by what the topology was and what it is. */
  touches(plans: { readonly before: Plan; readonly after: Plan }): readonly string[];
}

const newcomer = "extra";
/** A Service that no stack exports. */
const exported = "orders";

/**
 * The edits, each on top of those before it. They begin with a cluster that joins the first one of the
 * topology, so that they fit any topology of two clusters and more.
 */
export const edits: readonly Edit[] = [
  {
    title: "a cluster is added, linked with the first one both ways",
    make: (topology) => {
      const { network } = first(topology);
      return {
        ...topology,
        clusters: [...topology.clusters, { name: newcomer, ...(network && { network }) }],
        links: [...(topology.links ?? []), { between: [first(topology).name, newcomer] }],
      };
    },
    touches: ({ after }) => [newcomer, nameAt(after, 0), ...networkOf(after, newcomer)],
  },
  {
    title: "a Link is added, from the new cluster to the last one",
    make: (topology) => ({
      ...topology,
      links: [...(topology.links ?? []), { from: newcomer, to: lastButOne(topology) }],
    }),
    touches: ({ after }) => [newcomer, nameAt(after, -2)],
  },
  {
    title: "Links between two clusters get another mode",
    make: (topology) =>
      first(topology).network === undefined
        ? undefined
        : changeLink(topology, -2, { mode: "flat" satisfies LinkMode }),
    touches: ({ after }) => [newcomer, nameAt(after, 0)],
  },
  {
    title: "a Link no longer mirrors headless Services",
    make: (topology) => changeLink(topology, -1, { headless: false }),
    touches: () => [newcomer],
  },
  {
    title: "a Link selects other Services and leaves labels and annotations out",
    make: (topology) =>
      changeLink(topology, -1, {
        selectors: { gateway: { matchLabels: { tier: "front" } } },
        excludedLabels: ["team"],
        excludedAnnotations: ["example.com/*"],
      }),
    // What its target exports gets the labels that it selects.
    touches: ({ after }) => [newcomer, ...exportersOf(after, nameAt(after, -2))],
  },
  {
    title: "a gateway gets other node ports",
    make: (topology) =>
      changeCluster(topology, lastButOne(topology), {
        gateway: { nodePort: 30_243, probeNodePort: 30_291 },
      }),
    touches: ({ after }) => [
      nameAt(after, -2),
      ...sourcesOf(after, nameAt(after, -2), (mode) => mode !== "flat"),
    ],
  },
  {
    title: "a cluster gets another pod subnet and is recreated",
    make: (topology) =>
      changeCluster(topology, lastButOne(topology), { podSubnet: "10.127.248.0/21" }),
    touches: ({ after }) => {
      const remade = nameAt(after, -2);
      return [remade, ...sourcesOf(after, remade), ...networkOf(after, remade)];
    },
  },
  {
    title: "a cluster gets another Kubernetes version and is recreated",
    make: (topology) =>
      changeCluster(topology, first(topology).name, { kubernetesVersion: "v1.33.4" }),
    touches: ({ after }) => [nameAt(after, 0), ...sourcesOf(after, nameAt(after, 0))],
  },
  {
    title: "the control planes get another value",
    make: (topology) => ({
      ...topology,
      linkerd: { values: { controlPlane: { controllerLogLevel: "debug" } } },
    }),
    touches: ({ after }) => after.clusters.map(({ name }) => name),
  },
  {
    title: "a cluster gets another image archive",
    make: (topology) =>
      changeCluster(topology, first(topology).name, { imageArchives: ["/images/shop.tar"] }),
    touches: ({ after }) => [nameAt(after, 0)],
  },
  {
    title: "a Service is exported",
    make: (topology, plan) => {
      const toFirst = plan.links.filter(({ target }) => target === nameAt(plan, 0));
      const gateways = toFirst.some(({ gateway }) => gateway !== undefined);
      return exporting(topology, gateways ? "gateway" : "remote-discovery");
    },
    touches: ({ after }) => [nameAt(after, 0)],
  },
  {
    title: "requests for it fail over in another cluster",
    make: (topology, plan) =>
      routing(topology, plan, { failover: ["local", first(topology).name], timeout: "10s" }),
    touches: ({ before, after }) => [...clientsOf(before), ...clientsOf(after)],
  },
  {
    title: "they are split by headers and weights in place of that",
    make: (topology, plan) =>
      routing(topology, plan, {
        routes: [
          { match: { headers: { "x-tenant": "acme" } }, to: first(topology).name },
          { split: { local: 9, [first(topology).name]: 1 } },
        ],
      }),
    touches: ({ before, after }) => [...clientsOf(before), ...clientsOf(after)],
  },
  {
    title: "it becomes a member of a federated Service as well",
    make: (topology) =>
      first(topology).network === undefined ? undefined : exporting(topology, "federated"),
    touches: ({ after }) => [nameAt(after, 0)],
  },
  {
    title: "nothing is exported and routed any more, and the clusters are written in another order",
    make: (topology) => ({
      ...topology,
      exports: [],
      traffic: [],
      clusters: topology.clusters.toReversed(),
    }),
    touches: ({ before }) => [
      ...before.exports.map(({ cluster }) => cluster),
      ...clientsOf(before),
    ],
  },
  {
    title: "they are written in the old order again, and a Link is removed",
    make: (topology) => ({
      ...topology,
      clusters: topology.clusters.toReversed(),
      links: topology.links?.slice(0, -1) ?? [],
    }),
    touches: ({ after }) => [newcomer, nameAt(after, -2)],
  },
  {
    title: "a cluster is removed with its Links",
    make: (topology) => ({
      ...topology,
      clusters: topology.clusters.slice(0, -1),
      links: topology.links?.slice(0, -1) ?? [],
    }),
    touches: ({ before }) => [newcomer, nameAt(before, 0), ...networkOf(before, newcomer)],
  },
];

/** The exported Service's requests in one cluster that has its mirror. */
function routing(topology: Topology, plan: Plan, where: Partial<TrafficSpec>): Topology {
  const client = plan.mirrors.find(({ of }) => of[0]?.cluster === first(topology).name)?.cluster;
  if (client === undefined) throw new Error("no cluster has the mirror of the exported Service");
  const entry = { in: client, namespace: "shop", service: exported, ...where };
  return { ...topology, traffic: [entry] };
}

function exportersOf({ exports }: Plan, name: string): string[] {
  return exports.map(({ cluster }) => cluster).filter((cluster) => cluster === name);
}

function clientsOf({ traffic }: Plan): string[] {
  return traffic.map(({ cluster }) => cluster);
}

function exporting(topology: Topology, as: ExportKind): Topology {
  const { name } = first(topology);
  const exports = topology.exports ?? [];
  return {
    ...topology,
    exports: [...exports, { from: name, namespace: "shop", service: exported, as }],
  };
}

function changeLink(topology: Topology, index: number, change: Partial<LinkSpec>): Topology {
  const links = [...(topology.links ?? [])];
  const at = links.length + index;
  links[at] = { ...links[at], ...change };
  return { ...topology, links };
}

function changeCluster(
  topology: Topology,
  name: string,
  change: Partial<Topology["clusters"][number]>,
): Topology {
  return {
    ...topology,
    clusters: topology.clusters.map((cluster) =>
      cluster.name === name ? { ...cluster, ...change } : cluster,
    ),
  };
}

function first(topology: Topology): Topology["clusters"][number] {
  const [cluster] = topology.clusters;
  if (cluster === undefined) throw new Error("a topology without clusters");
  return cluster;
}

/** The last one of the topology as it was before the newcomer. */
function lastButOne(topology: Topology): string {
  return topology.clusters.at(-2)?.name ?? "";
}

function nameAt(plan: Plan, index: number): string {
  return plan.clusters.at(index)?.name ?? "";
}

/** The clusters that the package lays pod routes between. */
function networkOf(plan: Plan, cluster: string): string[] {
  const network = plan.clusters.find(({ name }) => name === cluster)?.network;
  return plan.clusters.filter((other) => other.network === network).map(({ name }) => name);
}

function sourcesOf(
  plan: Plan,
  target: string,
  having: (mode: LinkMode) => boolean = () => true,
): string[] {
  return plan.links
    .filter((link) => link.target === target && having(link.mode))
    .map(({ source }) => source);
}
