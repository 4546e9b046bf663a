import type { ClusterReference } from "../../links/links.ts";
import { listNames, type RuleProblem, show } from "../../topology/problem.ts";
import { didYouMean } from "../../topology/suggest.ts";

/** A name that no cluster of the topology has. */
export function unknownCluster(
  { name, path }: ClusterReference,
  known: readonly string[],
): RuleProblem {
  return {
    path,
    message: `${show(name)} is not a cluster of this topology`,
    fix: didYouMean(name, known) ?? `its clusters are ${listNames(known)}`,
  };
}
