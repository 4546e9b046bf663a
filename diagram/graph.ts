import { groupBy } from "../planning/group.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../planning/plan-types.ts";
import { linkModes } from "../planning/links/schema.ts";
import type { LinkMode } from "../planning/topology.ts";
import { findMeshes } from "./meshes.ts";

/** The parts of a plan that a diagram shows, in any format. */
export interface Graph {
  /** Networks in the order of their first clusters. */
  readonly networks: readonly NetworkBox[];
  readonly arrows: readonly Arrow[];
  readonly meshes: readonly Mesh[];
}

export interface NetworkBox {
  readonly id: string;
  /** Undefined for the network of a single cluster, which gets no box. */
  readonly name: string | undefined;
  readonly clusters: readonly ClusterBox[];
}

export interface ClusterBox {
  readonly id: string;
  readonly name: string;
  /** The lines under the name. */
  readonly lines: readonly string[];
}

/**
 * A Link, or the two Links of one mode between two clusters, drawn once; also the Links of one mode from every
 * cluster of a network to every cluster of another one, drawn between the networks.
 */
export interface Arrow {
  /** Id of a cluster or of a network. */
  readonly from: string;
  readonly to: string;
  readonly mode: LinkMode;
  readonly bothWays: boolean;
}

/** Clusters with Links of one mode between every two of them, drawn as spokes around a point. */
export interface Mesh {
  readonly id: string;
  readonly mode: LinkMode;
  /** Ids of the clusters. */
  readonly members: readonly string[];
}

/** This many exports or mirrors are listed under a cluster's name, then the number of the rest. */
const mostLines = 4;

/** The parts of a plan that a diagram shows: clusters, networks, Links by mode, gateways, exports. */
export function graphOf(plan: Plan): Graph {
  const ids = new Map(plan.clusters.map(({ name }, index) => [name, `c${index + 1}`]));
  const id = (cluster: string) => ids.get(cluster) ?? cluster;
  const networks = [...groupBy(plan.clusters, ({ network }) => network)];
  const networkId = (index: number) => `n${index + 1}`;
  const between = betweenNetworks(
    networks.map(([, clusters], index) => ({
      id: networkId(index),
      members: clusters.map(({ name }) => name),
    })),
    plan.links,
  );
  const { meshes, rest } = findMeshes(
    plan.clusters.map(({ name }) => name),
    between.rest,
  );
  return {
    networks: networks.map(([name, clusters], index) => ({
      id: networkId(index),
      name: clusters.length === 1 && clusters[0]?.name === name ? undefined : name,
      clusters: clusters.map((cluster) => ({
        id: id(cluster.name),
        name: cluster.name,
        lines: linesOf(cluster, plan),
      })),
    })),
    arrows: [
      ...between.arrows,
      ...arrowsOf(rest).map((arrow) => ({ ...arrow, from: id(arrow.from), to: id(arrow.to) })),
    ],
    meshes: meshes.map(({ mode, members }, index) => ({
      id: `m${index + 1}`,
      mode,
      members: members.map(id),
    })),
  };
}

function linesOf(cluster: ClusterPlan, { exports, mirrors }: Plan): string[] {
  const exported = groupBy(
    exports.filter((one) => one.cluster === cluster.name),
    ({ namespace, service }) => `${namespace}/${service}`,
  );
  const mirrored = mirrors.filter((one) => one.cluster === cluster.name);
  return [
    ...(cluster.type === "existing" ? ["exists already"] : []),
    ...(cluster.gateway ? ["gateway"] : []),
    ...shorten(
      [...exported].map(
        ([service, ways]) => `exports ${service} (${ways.map(({ as }) => as).join(", ")})`,
      ),
      "exports",
    ),
    ...shorten(
      mirrored.map(({ namespace, name }) => `mirror ${namespace}/${name}`),
      "mirrors",
    ),
  ];
}

function shorten(lines: readonly string[], what: string): string[] {
  if (lines.length <= mostLines) return [...lines];
  const shown = lines.slice(0, mostLines - 1);
  return [...shown, `and ${lines.length - shown.length} more ${what}`];
}

/** From this many pairs of clusters on, the Links between all of them are one arrow between their networks. */
const manyPairs = 9;

interface Members {
  readonly id: string;
  readonly members: readonly string[];
}

function betweenNetworks(
  networks: readonly Members[],
  links: readonly LinkPlan[],
): { readonly arrows: readonly Arrow[]; readonly rest: readonly LinkPlan[] } {
  const left = new Map(links.map((link) => [key(link.source, link.target, link.mode), link]));
  /** Whether every cluster of one network has a Link to every one of the other. They are drawn then. */
  const take = (from: Members, to: Members, mode: LinkMode): boolean => {
    const keys = from.members.flatMap((one) => to.members.map((other) => key(one, other, mode)));
    if (!keys.every((one) => left.has(one))) return false;
    for (const one of keys) left.delete(one);
    return true;
  };
  const arrows: Arrow[] = [];
  for (const [index, one] of networks.entries()) {
    for (const other of networks.slice(index + 1)) {
      // The network of a single cluster may have no box.
      if (one.members.length === 1 || other.members.length === 1) continue;
      if (one.members.length * other.members.length < manyPairs) continue;
      for (const mode of linkModes) {
        const forth = take(one, other, mode);
        const back = take(other, one, mode);
        const [from, to] = forth ? [one, other] : [other, one];
        if (forth || back) arrows.push({ from: from.id, to: to.id, mode, bothWays: forth && back });
      }
    }
  }
  return { arrows, rest: [...left.values()] };
}

const key = (from: string, to: string, mode: LinkMode) => `${from} ${to} ${mode}`;

function arrowsOf(links: readonly LinkPlan[]): Arrow[] {
  const all = new Set(links.map(({ source, target, mode }) => key(source, target, mode)));
  const drawn = new Set<string>();
  return links.flatMap(({ source, target, mode }): Arrow[] => {
    if (drawn.has(key(target, source, mode))) return [];
    drawn.add(key(source, target, mode));
    const bothWays = all.has(key(target, source, mode));
    return [{ from: source, to: target, mode, bothWays }];
  });
}
