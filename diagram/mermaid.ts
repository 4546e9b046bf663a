import type { Plan } from "../planning/plan-types.ts";
import type { LinkMode } from "../planning/topology.ts";
import { type ClusterBox, graphOf } from "./graph.ts";

const lines: Record<LinkMode, { oneWay: string; bothWays: string }> = {
  gateway: { oneWay: "==>", bothWays: "<==>" },
  flat: { oneWay: "-->", bothWays: "<-->" },
  mixed: { oneWay: "-.->", bothWays: "<-.->" },
};

/**
 * A plan as a Mermaid flowchart: thick lines for gateway Links, thin ones for flat Links, dotted ones for
 * mixed Links. Arrows lead from source to target.
 */
export function toMermaid(plan: Plan): string {
  const { networks, arrows, meshes } = graphOf(plan);
  const text = ["flowchart LR"];
  for (const { id, name, clusters } of networks) {
    if (name === undefined) {
      text.push(...clusters.map((cluster) => `  ${box(cluster)}`));
      continue;
    }
    text.push(`  subgraph ${id}["network ${name}"]`);
    text.push(...clusters.map((cluster) => `    ${box(cluster)}`), "  end");
  }
  for (const { from, to, mode, bothWays } of arrows) {
    const line = lines[mode][bothWays ? "bothWays" : "oneWay"];
    text.push(`  ${from} ${line}|${mode}| ${to}`);
  }
  for (const { id, mode, members } of meshes) {
    text.push(`  ${id}(("${mode},<br/>each to each"))`);
    text.push(...members.map((member) => `  ${member} ${lines[mode].bothWays} ${id}`));
  }
  return `${text.join("\n")}\n`;
}

function box({ id, name, lines: more }: ClusterBox): string {
  return `${id}["${[`<b>${name}</b>`, ...more].join("<br/>")}"]`;
}
