import type { Command } from "commander";
import { badInput } from "../command-error.ts";
import type { CommandContext } from "./run-command.ts";
import { findClusters, findPlanned, type Running, type TopologyOptions } from "../find-topology.ts";
import { topologyWords } from "./topology-argument.ts";

/** The options with which a person names clusters instead of a topology. */
export interface ContextOptions {
  readonly context?: readonly string[];
  readonly kubeconfig?: readonly string[];
}

/** Adds `--context` and `--kubeconfig`. */
export function withContexts(command: Command): Command {
  return command
    .option(
      "--context <name...>",
      "clusters of any mesh, whoever made it, by their contexts; name each cluster",
    )
    .option(
      "--kubeconfig <file...>",
      "kubeconfig files of such clusters (default: those of kubectl); without --context, the current context of each",
    );
}

/** Whether clusters are named instead of a topology. */
export function namesClusters({ context, kubeconfig }: ContextOptions): boolean {
  return context !== undefined || kubeconfig !== undefined;
}

/** The same contexts as words of a command line. */
export function contextWords({ context = [], kubeconfig = [] }: ContextOptions): readonly string[] {
  return [
    ...kubeconfig.flatMap((file) => ["--kubeconfig", file]),
    ...context.flatMap((name) => ["--context", name]),
  ];
}

/** The same topology or clusters as words of a command line. */
export function wordsOf(
  topology: string | undefined,
  options: TopologyOptions & ContextOptions,
): readonly string[] {
  return namesClusters(options) ? contextWords(options) : topologyWords(topology, options);
}

/**
 * What a person named: clusters, or a running topology.
 *
 * @throws CommandError, exit code 2, if it is both
 */
export async function findLookedAt(
  topology: string | undefined,
  options: TopologyOptions & ContextOptions,
  context: Pick<CommandContext, "knownByName">,
): Promise<Running> {
  if (!namesClusters(options)) return findPlanned(topology, options, context);
  refuseTopology(topology, options);
  return findClusters(options);
}

/** @throws CommandError, exit code 2, if both clusters and a topology are named */
export function refuseTopology(
  topology: string | undefined,
  { topology: file, name }: TopologyOptions,
): void {
  const named = topology ?? file ?? (name === undefined ? undefined : `--name ${name}`);
  if (named === undefined) return;
  throw badInput(
    `${named}, or the clusters of --context and --kubeconfig? A topology names its clusters itself: leave out one of the two`,
  );
}
