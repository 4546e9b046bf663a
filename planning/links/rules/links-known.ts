import { clusterReferences } from "../links.ts";
import type { RuleInput } from "../../topology/rule-input.ts";

/** If a Link leads to an unknown cluster, other rules need not report that a Link is missing. */
export function areLinksKnown({ draft, byName }: RuleInput): boolean {
  return (draft.links ?? []).every((link) =>
    [link?.from, link?.to, link?.between].every(
      (ends) =>
        (typeof ends === "string" || !ends?.includes(undefined)) &&
        clusterReferences(ends, []).every(({ name }) => byName.has(name)),
    ),
  );
}
