import { limits } from "../limits.ts";
import { type RuleProblem, show } from "./problem.ts";
import type { RuleInput } from "./rule-input.ts";
import { proposeLabel } from "./suggest.ts";

/**
 * Checks the default name of a topology: a stack may have a name that no container can have. The topology's
 * shape checks a name in the topology itself.
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
