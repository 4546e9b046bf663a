import { existsSync } from "node:fs";
import type { Topology } from "../planning/topology.ts";
import type { Backend } from "./backend.ts";
import { badInput } from "./command-error.ts";
import { type ContextRequest, findWays, type NamedWay } from "./contexts.ts";
import { planStack } from "./plan-stack.ts";
import type { TakenRun } from "./runs/take-down.ts";
import { defaultStack, findStack, knownStacks, type StackFile, topologyIn } from "./stacks.ts";
import { stackFromSource, stackOf, type TopologySource } from "./topology-source.ts";
import { readYamlInput } from "./yaml-file.ts";

/** The argument for standard input. */
export const standardInput = "-";

/** The options that say which topology a command is about. */
export interface TopologyOptions {
  readonly topology?: string;
  readonly name?: string;
}

/**
 * The topology that the person named in one of the two ways.
 *
 * @throws CommandError if both were used
 */
export function namedTopology(argument: string | undefined, options: TopologyOptions): string {
  if (argument !== undefined && options.topology !== undefined && argument !== options.topology) {
    throw badInput(
      `which topology, "${argument}" or "${options.topology}"? Name it once, as an argument or with ` +
        "--topology",
    );
  }
  return argument ?? options.topology ?? defaultStack;
}

/**
 * The source of the topology that a person named: a ready-made stack, or a file.
 *
 * @throws CommandError that lists the stacks, if it is neither
 */
export async function findSource(
  argument: string | undefined,
  options: TopologyOptions,
): Promise<TopologySource> {
  const named = namedTopology(argument, options);
  if (named === standardInput) {
    throw badInput(
      "only plan, diagram and preflight read standard input: later commands need the topology " +
        "again. Write it to a file",
    );
  }
  if (await isStack(named)) return { stack: await findStack(named) };
  if (isPath(named)) return { file: named };
  return { stack: await findStack(named) };
}

export async function findTopology(
  argument: string | undefined,
  options: TopologyOptions,
): Promise<StackFile> {
  return stackFromSource(await findSource(argument, options), options.name);
}

/** {@link findTopology} for commands that read the topology only once: `-` is standard input. */
export async function findTopologyOrInput(
  argument: string | undefined,
  options: TopologyOptions,
  signal: AbortSignal,
): Promise<StackFile> {
  if (namedTopology(argument, options) !== standardInput) return findTopology(argument, options);
  const content = await readYamlInput(signal);
  const topology = topologyIn(content, "standard input") as Topology;
  return stackFromSource({ topology }, options.name);
}

/** Something that runs or did: a stack, or a run that was kept. */
export interface Running {
  readonly stack: StackFile;
  /** Where a run keeps its files. Undefined for a stack. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where a run keeps its state. Undefined for a stack. */
  readonly backend?: Backend;
  readonly run?: TakenRun;
  /** The files that it was made from no longer exist; its state says what it is. */
  readonly gone?: true;
  /** Clusters that the person named instead of a topology. */
  readonly ways?: readonly NamedWay[];
}

/**
 * {@link findRunning} for commands that compare it with its topology, which must exist.
 *
 * @param context.knownByName called if there is no file to bring it up again from
 * @throws TopologyError with every problem of the topology
 */
export async function findPlanned(
  argument: string | undefined,
  options: TopologyOptions,
  { knownByName }: { readonly knownByName?: () => void } = {},
): Promise<Running> {
  return requirePlan(await findRunning(argument, options), knownByName);
}

/**
 * Plans the topology of what is up, if it has one.
 *
 * @param knownByName called if there is no file to bring it up again from
 * @throws TopologyError with every problem of the topology
 */
export async function requirePlan(running: Running, knownByName?: () => void): Promise<Running> {
  if (running.run !== undefined || running.gone === true) knownByName?.();
  else if (running.ways === undefined) await planStack(running.stack, { runs: true });
  return running;
}

/**
 * The mesh of clusters that a person named instead of a topology.
 *
 * @throws CommandError, exit code 2, with everything that is wrong: files, contexts
 */
export async function findClusters(request: ContextRequest): Promise<Running> {
  return { stack: stackOf("mesh", {}), ways: await findWays(request) };
}

/**
 * Finds what {@link findTopology} finds, a stack that has only a state any more, or a run by its name.
 * `--name` alone is the name of a stack, whatever file it was made from.
 */
export async function findRunning(
  argument: string | undefined,
  options: TopologyOptions,
): Promise<Running> {
  if (options.name !== undefined && argument === undefined && options.topology === undefined) {
    return findByName(options.name);
  }
  const named = namedTopology(argument, options);
  if (options.name !== undefined || (await isStack(named)) || isPath(named)) {
    return { stack: await findTopology(argument, options) };
  }
  return findByName(named);
}

/** Its state is enough: the files that it was made from may no longer exist. */
async function findByName(name: string): Promise<Running> {
  const run = await findRun(name);
  if (run !== undefined) return run;
  if (await isStack(name)) {
    const { file } = await findStack(name);
    return { stack: { name, file } };
  }
  const { findDownable } = await import("./down.ts");
  await findDownable(name);
  return { stack: stackOf(name, {}), gone: true };
}

async function findRun(name: string): Promise<Running | undefined> {
  const { readRecord, runDirectory } = await import("./runs/record.ts");
  const { backendOfRun, runEnv } = await import("./runs/run-backend.ts");
  const directory = runDirectory(name);
  const record = await readRecord(directory);
  if (typeof record === "string") return undefined;
  return {
    stack: stackOf(name, {}),
    env: runEnv(directory),
    backend: backendOfRun(directory, record, process.env),
    run: { name, project: record.project, directory, record },
  };
}

async function isStack(name: string): Promise<boolean> {
  return (await knownStacks()).some((stack) => stack.name === name);
}

function isPath(text: string): boolean {
  return /[/\\]|\.ya?ml$/.test(text) || existsSync(text);
}
