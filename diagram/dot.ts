import type { Plan } from "../planning/plan-types.ts";
import type { LinkMode } from "../planning/topology.ts";
import { graphOf } from "./graph.ts";
import type { ClusterBox } from "./graph.ts";

const styles: Record<LinkMode, string> = {
  gateway: "penwidth=2.5",
  flat: "penwidth=1",
  mixed: "penwidth=1.5, style=dashed",
};

/**
 * A plan in Graphviz' language: thick lines for gateway Links, thin ones for flat Links, dashed ones for
 * mixed Links. Arrows lead from source to target.
 */
export function toDot(plan: Plan): string {
  const { networks, arrows, meshes } = graphOf(plan);
  const text = [
    `digraph "${plan.name}" {`,
    "  rankdir=LR;",
    '  graph [fontname="Helvetica", nodesep=0.5, ranksep=1];',
    '  node [fontname="Helvetica", fontsize=12, shape=box, style="rounded,filled", fillcolor=white];',
    '  edge [fontname="Helvetica", fontsize=10];',
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
  for (const { from, to, mode, bothWays } of arrows) {
    const both = bothWays ? ", dir=both" : "";
    text.push(`  ${from} -> ${to} [label="${mode}", ${styles[mode]}${both}];`);
  }
  for (const { id, mode, members } of meshes) {
    text.push(`  ${id} [label="${mode},\\neach to each", shape=ellipse];`);
    text.push(...members.map((member) => `  ${member} -> ${id} [${styles[mode]}, dir=both];`));
  }
  return `${text.join("\n")}\n}\n`;
}

function box({ id, name, lines }: ClusterBox): string {
  const small = lines.map((line) => `<br/><font point-size="10">${line}</font>`).join("");
  return `${id} [label=<<b>${name}</b>${small}>];`;
}
