import { parse } from "yaml";
import { planOrThrow } from "../planning/plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import { toMermaid } from "./mermaid.ts";
import { toMirrorTable } from "./mirror-table.ts";

const drawers: Record<string, (plan: Plan) => string> = {
  diagram: (plan) => `\`\`\`mermaid\n${toMermaid(plan)}\`\`\`\n`,
  mirrors: toMirrorTable,
};

const marked = /<!-- (diagram|mirrors) ([a-z0-9-]+) -->\n[^]*?<!-- end -->/g;

/**
 * A Markdown page whose blocks `<!-- diagram STACK -->` and `<!-- mirrors STACK -->`, each up to `<!-- end
 * -->`, are written again. A block of YAML with `exports` on the page counts as part of the stack.
 *
 * @param topologies - the topology of each stack, by name
 * @throws Error if a marker names a stack that doesn't exist, TopologyError if its topology can't be planned
 */
export function refreshPage(text: string, topologies: ReadonlyMap<string, unknown>): string {
  const exports = findExports(text);
  return text.replaceAll(marked, (_, what: string, stack: string) => {
    const topology = topologies.get(stack);
    if (topology === undefined)
      throw new Error(`a marker names the stack "${stack}", which doesn't exist`);
    const plan = planOrThrow({ ...(topology as object), ...exports }, { name: stack });
    return `<!-- ${what} ${stack} -->\n\n${drawers[what]?.(plan) ?? ""}\n<!-- end -->`;
  });
}

function findExports(text: string): object {
  const block = /^```yaml\n(exports:\n[^]*?)^```$/m.exec(text)?.[1];
  return block === undefined ? {} : (parse(block) as object);
}
