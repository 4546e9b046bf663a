import type { Command } from "commander";
import { didYouMean } from "../../planning/topology/suggest.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";

/** The option that limits a command to some clusters of a mesh. */
export interface ClusterOption {
  readonly cluster?: readonly string[];
}

/** Adds `--cluster`. */
export function withClusterOption(command: Command): Command {
  return command.option("--cluster <name...>", "only these clusters (default: all)");
}

/**
 * The clusters that a person named, in the order of the topology.
 *
 * @throws CommandError, exit code 2, with every name that no cluster has
 */
export function chosenClusters<T extends { readonly name: string }>(
  clusters: readonly T[],
  { cluster: named }: ClusterOption,
): readonly T[] {
  if (named === undefined) return clusters;
  const names = clusters.map(({ name }) => name);
  const unknown = named.filter((name) => !names.includes(name));
  if (unknown.length === 0) return clusters.filter(({ name }) => named.includes(name));
  const lines = unknown.map((name) => {
    const hint = didYouMean(name, names);
    return `there is no cluster "${name}"${hint === undefined ? "" : ` (${hint})`}`;
  });
  throw new CommandError(`${lines.join("\n")}\nclusters: ${names.join(", ")}`, {
    exitCode: exitCodes.badInput,
  });
}
