import { groupBy } from "../planning/group.ts";
import type { Plan } from "../planning/plan-types.ts";
import { dotOf } from "./dot.ts";
import { graphOf, type ClusterBox, type Graph } from "./graph.ts";

/** A plan as an SVG document, drawn by Graphviz' WebAssembly package, so nothing has to be installed. */
export async function toSvg(plan: Plan): Promise<string> {
  // Loaded where a diagram is drawn: it is as large as all that the library is.
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  const graph = graphOf(plan);
  const places = placesIn(graphviz.dot(dotOf(plan.name, graph), "plain"));
  return graphviz.dot(dotOf(plan.name, inOrder(graph, places)), "svg");
}

interface Place {
  readonly x: number;
  /** From the bottom of the picture. */
  readonly y: number;
}

/** Where Graphviz puts each node, by id. */
function placesIn(plain: string): Map<string, Place> {
  const nodes = plain.matchAll(/^node (\S+) (\S+) (\S+)/gm);
  return new Map([...nodes].map(([, id = "", x, y]) => [id, { x: Number(x), y: Number(y) }]));
}

/**
 * Clusters with the same Links exchange their places, so that they stand in the topology's order. Graphviz chooses the
 * order itself, without a look at what the boxes hold, and edges that should force it are ignored in a network's box.
 */
function inOrder(graph: Graph, places: ReadonlyMap<string, Place>): Graph {
  const { networks } = graph;
  const links = linksOf(graph);
  const moved = new Map<string, ClusterBox>();
  // Clusters without a network's box exchange their places with each other.
  for (const boxes of groupBy(networks, ({ name }) => name).values()) {
    const column = boxes.flatMap(({ clusters }) => clusters);
    for (const alike of groupBy(column, ({ id }) => (links.get(id) ?? []).sort().join()).values()) {
      const taken = alike.map(({ id }) => id).sort((one, other) => compare(places, one, other));
      for (const [index, id] of taken.entries()) {
        const cluster = alike[index];
        if (cluster !== undefined) moved.set(id, { ...cluster, id });
      }
    }
  }
  return {
    ...graph,
    networks: networks.map((network) => ({
      ...network,
      clusters: network.clusters.map((cluster) => moved.get(cluster.id) ?? cluster),
    })),
  };
}

/** From top to bottom, then from left to right. */
function compare(places: ReadonlyMap<string, Place>, one: string, other: string): number {
  const [a, b] = [places.get(one), places.get(other)];
  return (b?.y ?? 0) - (a?.y ?? 0) || (a?.x ?? 0) - (b?.x ?? 0);
}

/** What leads to and from each cluster, by its id. */
function linksOf({ arrows, meshes }: Graph): Map<string, string[]> {
  const links = new Map<string, string[]>();
  const add = (id: string, link: string) => links.set(id, [...(links.get(id) ?? []), link]);
  for (const { from, to, mode, bothWays } of arrows) {
    const how = `${mode} ${String(bothWays)}`;
    add(from, `to ${to} ${how}`);
    add(to, `from ${from} ${how}`);
  }
  for (const { id, members } of meshes) for (const member of members) add(member, id);
  return links;
}
