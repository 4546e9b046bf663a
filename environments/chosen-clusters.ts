import { didYouMean } from "../planning/topology/suggest.ts";
import { badInput } from "./command-error.ts";

/**
 * The clusters that a person named, in the order of the topology.
 *
 * @param named all of them, if undefined
 * @throws CommandError, exit code 2, with every name that no cluster has
 */
export function chosenClusters<T extends { readonly name: string }>(
  clusters: readonly T[],
  named: readonly string[] | undefined,
): readonly T[] {
  if (named === undefined) return clusters;
  const names = clusters.map(({ name }) => name);
  const unknown = named.filter((name) => !names.includes(name));
  if (unknown.length === 0) return clusters.filter(({ name }) => named.includes(name));
  const lines = unknown.map((name) => {
    const hint = didYouMean(name, names);
    return `there is no cluster "${name}"${hint === undefined ? "" : ` (${hint})`}`;
  });
  throw badInput(`${lines.join("\n")}\nclusters: ${names.join(", ")}`);
}
