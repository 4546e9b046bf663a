import { limits } from "../limits.ts";
import { show } from "./problem.ts";
import type { RuleProblem } from "./problem.ts";
import type { RuleInput } from "./rule-input.ts";
import { proposeLabel } from "./suggest.ts";

/**
 * The name that stands in for that of the topology: a stack may be called what no container can be. A
 * name in the topology itself is checked with the topology's shape.
 */
export function* nameRule({ draft, defaultName, topologyName }: RuleInput): Iterable<RuleProblem> {
  if (draft.name !== undefined || topologyName !== undefined) return;
  const proposal = proposeLabel(defaultName, limits.topologyName) ?? "lab";
  yield {
    path: ["name"],
    message:
      `is missing, and the stack's name, ${show(defaultName)}, can't replace it: it is not a ` +
      `DNS-1123 label of at most ${limits.topologyName} characters`,
    fix: `write a name such as ${show(proposal)}`,
  };
}
