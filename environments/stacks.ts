import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { TopologyOrigin } from "../planning/made-from.ts";
import { didYouMean } from "../planning/suggest.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { originOf } from "./origin.ts";
import { readProject, stackDirectory } from "./project.ts";

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

/** Where a stack's configuration has the topology. */
export const topologyKey = "linkerd-topology:topology";

/** Where it may name a sources file. */
export const sourcesKey = "linkerd-topology:sources";

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
      "another one is a file stacks/Pulumi.NAME.yaml, or any YAML file by its path",
    { exitCode: exitCodes.badInput },
  );
}

/** The topology as the stack's configuration has it, not yet validated. */
export async function readTopology(stack: StackFile): Promise<unknown> {
  const { config } = await readConfiguration(stack);
  return config[topologyKey];
}

/** The stack's configuration file. */
export async function readConfiguration(
  stack: StackFile,
): Promise<{ config: Record<string, unknown>; [key: string]: unknown }> {
  if (stack.topology !== undefined) return { config: { [topologyKey]: stack.topology } };
  const content: unknown = parse(await readFile(stack.file, "utf8"));
  const object = (typeof content === "object" && content !== null ? content : {}) as Record<
    string,
    unknown
  >;
  const config = object["config"];
  return {
    ...object,
    config: (typeof config === "object" && config !== null ? config : {}) as Record<
      string,
      unknown
    >,
  };
}
