import { readdir } from "node:fs/promises";
import path from "node:path";
import type { TopologyOrigin } from "../planning/sources/made-from.ts";
import { didYouMean } from "../planning/topology/suggest.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { originOf } from "./origin.ts";
import { readProject, stackDirectory } from "./project.ts";
import { readYamlFile } from "./yaml-file.ts";

/** A stack that can be brought up: its name, and the file that holds its configuration. */
export interface StackFile {
  readonly name: string;
  readonly file: string;
  /** The topology where no file holds it; the file's name is then for people only. */
  readonly topology?: unknown;
  /** The file that holds the topology. Undefined where the stack is known by its name alone. */
  readonly origin?: TopologyOrigin;
  /** What earlier versions called the stack of this file, where that is another name. */
  readonly formerName?: string;
}

/** What the keys of this project begin with in a stack's configuration. Pulumi lets people leave it out. */
const namespace = "linkerd-topology:";

/** Where a stack's configuration has the topology. */
export const topologyKey = `${namespace}topology`;

/** Where it may name a sources file. */
export const sourcesKey = `${namespace}sources`;

/**
 * A key of this project as a stack's configuration has it: in full, or without the project's name.
 *
 * @param file for messages
 * @throws CommandError where it is there in both ways, of which Pulumi takes either
 */
export function writtenKey(
  config: Readonly<Record<string, unknown>>,
  key: string,
  file: string,
): string {
  const short = key.slice(namespace.length);
  if (config[short] === undefined) return key;
  if (config[key] === undefined) return short;
  throw new CommandError(
    `${file} has both ${short} and ${key}, which mean the same: leave out one of them`,
    { exitCode: exitCodes.badInput },
  );
}

/** The stack that commands mean when they are not told another. */
export const defaultStack = "hierarchical";

/** The ready-made stacks of the project, by name. */
export async function knownStacks(): Promise<StackFile[]> {
  const directory = stackDirectory(await readProject());
  const entries = await readdir(directory).catch(() => []);
  return entries
    .flatMap((entry) => {
      const name = /^Pulumi\.(.+)\.ya?ml$/.exec(entry)?.[1];
      if (name === undefined) return [];
      const file = path.join(directory, entry);
      return [{ name, file, origin: originOf(file) }];
    })
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** @throws CommandError where there is no such stack, with the ones that there are */
export async function findStack(name: string): Promise<StackFile> {
  const stacks = await knownStacks();
  const found = stacks.find((stack) => stack.name === name);
  if (found !== undefined) return found;
  throw unknownStack(
    name,
    stacks.map((stack) => stack.name),
  );
}

export function unknownStack(name: string, known: readonly string[]): CommandError {
  const hint = didYouMean(name, known);
  return new CommandError(
    `there is no stack "${name}"${hint === undefined ? "" : ` (${hint})`}\nstacks: ${known.join(", ") || "none"}; ` +
      "to add one, write stacks/Pulumi.NAME.yaml, or name any YAML file by its path",
    { exitCode: exitCodes.badInput },
  );
}

/**
 * The topology as the stack's configuration has it, not yet validated.
 *
 * @throws CommandError where there is none
 */
export async function readTopology(stack: StackFile): Promise<unknown> {
  const { config } = await readConfiguration(stack);
  const topology = config[writtenKey(config, topologyKey, stack.file)];
  if (topology === undefined) throw noTopology(stack.file);
  return topology;
}

/**
 * The topology that a file holds: all of it, or what a stack's configuration has under its key.
 *
 * @param file for messages
 * @throws CommandError where it is a stack's configuration without one
 */
export function topologyIn(content: unknown, file: string): unknown {
  const map = mapOf(content);
  const isConfiguration = ["config", "encryptionsalt", "secretsprovider"].some(
    (key) => map[key] !== undefined,
  );
  if (!isConfiguration || map["clusters"] !== undefined) return content;
  const config = mapOf(map["config"]);
  const topology = config[writtenKey(config, topologyKey, file)];
  if (topology === undefined) throw noTopology(file);
  return topology;
}

function noTopology(file: string): CommandError {
  return new CommandError(
    `${file} is the configuration of a stack without a topology, perhaps of another project: write the ` +
      `topology under config as ${topologyKey}`,
    { exitCode: exitCodes.badInput },
  );
}

/** The stack's configuration file. */
export async function readConfiguration(stack: StackFile): Promise<Configuration> {
  if (stack.topology !== undefined) return { config: { [topologyKey]: stack.topology } };
  const content = await readYamlFile(stack.file);
  return { ...mapOf(content), config: mapOf(mapOf(content)["config"]) };
}

interface Configuration extends Readonly<Record<string, unknown>> {
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where there is none an empty one, without anything that every object has. */
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return Object.assign(Object.create(null) as Record<string, unknown>, isMap ? value : {});
}
