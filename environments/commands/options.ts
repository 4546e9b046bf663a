import { InvalidArgumentError } from "commander";
import { badInput } from "../command-error.ts";
import { durationExamples, millisecondsIn } from "../duration.ts";
import {
  findClusters,
  findPlanned,
  type Running,
  standardInput,
  type TopologyOptions,
} from "../find-topology.ts";
import { defaultStack } from "../stacks.ts";
import type { CommandContext } from "./run-command.ts";

/** The topology that a command is about. */
export const topologyArgument = topologyAs("");

/** The same, for commands that can also read standard input, by `findTopologyOrInput`. */
export const topologyOrInput = topologyAs(`; ${standardInput} reads standard input`);

function topologyAs(input: string) {
  return [
    "[topology]",
    `a ready-made stack, or a YAML file: a topology, or a stack's configuration${input} ` +
      `(default: "${defaultStack}")`,
  ] as const;
}

/** The options of {@link TopologyOptions}. */
export const topologyOptions = [
  ["--topology <file>", "the same, as an option"],
  ["--name <name>", "name of the topology (default: the stack's, or the file's)"],
] as const;

/** The option that limits a command to some clusters of a mesh. */
export interface ClusterOption {
  readonly cluster?: readonly string[];
}

export const clusterOption = ["--cluster <name...>", "only these clusters (default: all)"] as const;

/** The options with which a person names clusters instead of a topology. */
export interface ContextOptions {
  readonly context?: readonly string[];
  readonly kubeconfig?: readonly string[];
}

export const contextOptions = [
  [
    "--context <name...>",
    "clusters of any mesh, whoever made it, by their contexts; name each cluster",
  ],
  [
    "--kubeconfig <file...>",
    "kubeconfig files of such clusters (default: those of kubectl); without --context, the current context of each",
  ],
] as const;

/** How much a verification does at once. */
export const concurrencyOption = [
  "--concurrency <number>",
  "requests at once, over all clusters (default: four for each processor)",
  parseCount,
] as const;

/** Whether clusters are named instead of a topology. */
export function namesClusters({ context, kubeconfig }: ContextOptions): boolean {
  return context !== undefined || kubeconfig !== undefined;
}

/** The same topology or clusters as words of another command line. */
export function wordsOf(
  argument: string | undefined,
  options: TopologyOptions & ContextOptions,
): readonly string[] {
  const { context = [], kubeconfig = [], topology, name } = options;
  if (namesClusters(options)) {
    return [
      ...kubeconfig.flatMap((file) => ["--kubeconfig", file]),
      ...context.flatMap((one) => ["--context", one]),
    ];
  }
  const named = argument ?? topology;
  return [...(named === undefined ? [] : [named]), ...(name === undefined ? [] : ["--name", name])];
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

/** Parses a duration as milliseconds, for commander's options. */
export function parseDuration(text: string): number {
  const milliseconds = millisecondsIn(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError(`Write it as ${durationExamples}.`);
  }
  return milliseconds;
}

/** Parses a whole number from 1 on, for commander's options. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError("Write a whole number from 1.");
  }
  return count;
}
