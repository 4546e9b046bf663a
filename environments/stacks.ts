import { readdir } from "node:fs/promises";
import path from "node:path";
import type { TopologyOrigin } from "../planning/sources/made-from.ts";
import { didYouMean } from "../planning/topology/suggest.ts";
import { badInput, CommandError } from "./command-error.ts";
import { originOf } from "./origin.ts";
import { readProject, stackDirectory } from "./project.ts";
import { readYamlFile } from "./yaml-file.ts";

/** A stack that can be brought up: its name, and the file with its configuration. */
export interface StackFile {
  readonly name: string;
  readonly file: string;
  /** The topology if it is in no file. The file's name is then only for people. */
  readonly topology?: unknown;
  /** The topology's file. Undefined if the stack is known only by name. */
  readonly origin?: TopologyOrigin;
  /** The name that earlier versions gave the stack of this file, if it differs. */
  readonly formerName?: string;
}

/** Prefix of this project's keys in a stack's configuration. Pulumi allows to leave it out. */
const namespace = "linkerd-topology:";

/** The topology's key in a stack's configuration. */
export const topologyKey = `${namespace}topology`;

/** The key of a sources file. */
export const sourcesKey = `${namespace}sources`;

/**
 * A key of this project as written in a stack's configuration: in full, or without the project's name.
 *
 * @param file for messages
 * @throws CommandError if both forms are there, because Pulumi may read either
 */
export function writtenKey(
  config: Readonly<Record<string, unknown>>,
  key: string,
  file: string,
): string {
  const short = key.slice(namespace.length);
  if (config[short] === undefined) return key;
  if (config[key] === undefined) return short;
  throw badInput(
    `${file} has both ${short} and ${key}, which mean the same: leave out one of them`,
  );
}

/** The default stack of the commands. */
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

/** @throws CommandError that lists the stacks, if there is none of that name */
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
  return badInput(
    `there is no stack "${name}"${hint === undefined ? "" : ` (${hint})`}\nstacks: ${known.join(", ") || "none"}; ` +
      "to add one, write stacks/Pulumi.NAME.yaml, or name any YAML file by its path",
  );
}

/**
 * The topology in the stack's configuration, not yet validated.
 *
 * @throws CommandError if there is none
 */
export async function readTopology(stack: StackFile): Promise<unknown> {
  const { config } = await readConfiguration(stack);
  const topology = config[writtenKey(config, topologyKey, stack.file)];
  if (topology === undefined) throw noTopology(stack.file);
  return topology;
}

/**
 * The topology in a file: the whole file, or the value of its key in a stack's configuration.
 *
 * @param file for messages
 * @throws CommandError if it is a stack's configuration without one
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
  return badInput(
    `${file} is the configuration of a stack without a topology, perhaps of another project: write the ` +
      `topology under config as ${topologyKey}`,
  );
}

export async function readConfiguration(stack: StackFile): Promise<Configuration> {
  if (stack.topology !== undefined) return { config: { [topologyKey]: stack.topology } };
  const content = await readYamlFile(stack.file);
  return { ...mapOf(content), config: mapOf(mapOf(content)["config"]) };
}

interface Configuration extends Readonly<Record<string, unknown>> {
  readonly config: Readonly<Record<string, unknown>>;
}

/** If there is no map: an empty one, without a prototype. */
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return Object.assign(Object.create(null) as Record<string, unknown>, isMap ? value : {});
}
