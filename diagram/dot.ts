import type { Plan } from "../planning/plan-types.ts";
import type { LinkMode } from "../planning/topology.ts";
import { type ClusterBox, type Graph, graphOf } from "./graph.ts";

/** How Links of a mode are drawn. The colours differ for colour-blind people too, the lines without colour. */
const styles: Record<
  LinkMode,
  { readonly color: string; readonly line: string; readonly sample: string; readonly words: string }
> = {
  gateway: { color: "#0b5cad", line: "penwidth=2.5", sample: "===", words: "through a gateway" },
  flat: { color: "#00755e", line: "penwidth=1", sample: "---", words: "pod to pod" },
  mixed: {
    color: "#b34700",
    line: "penwidth=1.5, style=dashed",
    sample: "- -",
    words: "through a gateway and pod to pod",
  },
};

/**
 * All monospaced fonts have characters of about the same width, 0.6 of their size. So text stays in its box
 * whichever of them draws it, while Graphviz would measure one that the reader's machine may lack. It knows the
 * width of Courier.
 */
const font = "Courier";

/**
 * A plan in Graphviz' language: thick lines for gateway Links, thin ones for flat Links, dashed ones for
 * mixed Links, each with a colour of its own, and a legend of those that occur. Arrows lead from source to
 * target.
 */
export function toDot(plan: Plan): string {
  return dotOf(plan.name, graphOf(plan));
}

/** {@link toDot} of what the picture shows. */
export function dotOf(name: string, graph: Graph): string {
  const { networks, arrows, meshes } = graph;
  const text = [
    `digraph "${name}" {`,
    "  rankdir=LR; compound=true;",
    `  graph [fontname="${font}", fontsize=12, nodesep=0.35, ranksep=1, bgcolor=white];`,
    `  node [fontname="${font}", fontsize=12, shape=box, style="rounded,filled", fillcolor=white];`,
    `  edge [fontname="${font}", fontsize=10];`,
  ];
  for (const { id, name, clusters } of networks) {
    if (name === undefined) {
      text.push(...clusters.map((cluster) => `  ${box(cluster)}`));
      continue;
    }
    text.push(`  subgraph cluster_${id} {`, `    label="network ${name}";`);
    text.push('    style="rounded,filled"; color="#b0b8c4"; fillcolor="#f2f5f9";');
    text.push(...clusters.map((cluster) => `    ${box(cluster)}`), "  }");
  }
  // An arrow between networks leads from a cluster to a cluster, and ends at their boxes.
  const inNetwork = new Map(networks.map(({ id, clusters }) => [id, middle(clusters)?.id]));
  for (const { from, to, mode, bothWays } of arrows) {
    const [tail, head] = [inNetwork.get(from), inNetwork.get(to)];
    const ends =
      (tail === undefined ? "" : `, ltail=cluster_${from}`) +
      (head === undefined ? "" : `, lhead=cluster_${to}`);
    const both = bothWays ? ", dir=both" : "";
    text.push(`  ${tail ?? from} -> ${head ?? to} [${edge(mode)}${both}${ends}];`);
  }
  for (const { id, mode, members } of meshes) {
    const { color } = styles[mode];
    text.push(`  ${id} [label="${mode},\\neach to each", shape=ellipse, color="${color}"];`);
    text.push(...members.map((member) => `  ${member} -> ${id} [${edge(mode)}, dir=both];`));
  }
  text.push(...legend(graph));
  return `${text.join("\n")}\n}\n`;
}

function middle<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(list.length / 2)];
}

function edge(mode: LinkMode): string {
  const { color, line } = styles[mode];
  return `color="${color}", ${line}`;
}

function box({ id, name, lines }: ClusterBox): string {
  const small = lines.map((line) => `<br/><font point-size="10">${line}</font>`).join("");
  return `${id} [label=<<b>${name}</b>${small}>];`;
}

/** The modes of the Links in the picture. */
function legend({ arrows, meshes }: Graph): string[] {
  const shown = new Set([...arrows, ...meshes].map(({ mode }) => mode));
  const rows = Object.entries(styles)
    .filter(([mode]) => shown.has(mode as LinkMode))
    .map(
      ([mode, { color, sample, words }]) =>
        `<tr><td align="left"><font color="${color}">${sample}</font> ${mode}: ${words}</td></tr>`,
    );
  if (rows.length === 0) return [];
  return [
    `  label=<<table border="0" cellspacing="0"><tr><td align="left">Links, from source to target:</td></tr>${rows.join("")}</table>>;`,
    "  labelloc=b; labeljust=l;",
  ];
}
