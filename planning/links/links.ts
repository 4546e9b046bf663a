import type { Path } from "../topology/problem.ts";
import type { Draft } from "../topology/shape.ts";
import type { LinkMode, LinkSpec } from "../topology.ts";

/** A name of a cluster in a `LinkSpec`, and its path. */
export interface ClusterReference {
  readonly name: string;
  readonly path: Path;
}

/** One Link that follows from a `LinkSpec`. */
export interface Edge {
  readonly source: string;
  readonly target: string;
  /** Index of the `LinkSpec`. */
  readonly spec: number;
}

/** Whether a Link leads from one cluster to another. */
export function isBetween(link: Pick<Edge, "source" | "target">, source: string, target: string) {
  return link.source === source && link.target === target;
}

/** The names in `from`, `to` or `between`. */
export function clusterReferences(
  names: string | readonly (string | undefined)[] | undefined,
  path: Path,
): ClusterReference[] {
  if (names === undefined) return [];
  if (typeof names === "string") return [{ name: names, path }];
  return names.flatMap((name, index) =>
    name === undefined ? [] : [{ name, path: [...path, index] }],
  );
}

/** Whether a `LinkSpec` has both forms, so that its Links are ambiguous. */
export function hasBothForms({ from, to, between }: Draft<LinkSpec>): boolean {
  return between !== undefined && (from !== undefined || to !== undefined);
}

/** Every (source, target) of a `LinkSpec`, without a cluster's Link to itself. */
export function expandLink(link: Draft<LinkSpec>, spec: number): Edge[] {
  const edges: Edge[] = [];
  const add = (source: string, target: string) => {
    if (source !== target) edges.push({ source, target, spec });
  };
  const group = distinctNames(link.between);
  for (const source of group) for (const target of group) add(source, target);
  const targets = distinctNames(link.to);
  for (const source of distinctNames(link.from)) for (const target of targets) add(source, target);
  return edges;
}

/** What decides whether two clusters can have pod routes to each other. */
export interface Neighbour {
  readonly network: string;
  /** The package creates it, and can therefore add routes in it. */
  readonly isKind: boolean;
}

/**
 * Whether pods of the two clusters can reach each other. The package adds routes between clusters that it
 * creates, and existing clusters have their own. Between one of each there are none: only the package knows
 * the nodes of the one, and it can't add routes in the other.
 */
export function haveRoutes(a: Neighbour, b: Neighbour): boolean {
  return a.network === b.network && a.isKind === b.isKind;
}

export function defaultMode(source: Neighbour, target: Neighbour): LinkMode {
  return haveRoutes(source, target) ? "mixed" : "gateway";
}

/** Whether a Link of this mode leads through the target's gateway. */
export function usesGateway(mode: LinkMode): boolean {
  return mode !== "flat";
}

function distinctNames(names: Parameters<typeof clusterReferences>[0]): string[] {
  return [...new Set(clusterReferences(names, []).map((end) => end.name))];
}
