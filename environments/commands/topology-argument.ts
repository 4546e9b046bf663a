import type { Command } from "commander";
import { standardInput, type TopologyOptions } from "../find-topology.ts";
import { defaultStack } from "../stacks.ts";

/**
 * Adds `[topology]`, `--topology` and `--name` to a command.
 *
 * @param orInput the command can also read standard input, by {@link findTopologyOrInput}
 */
export function withTopologyArgument(command: Command, { orInput = false } = {}): Command {
  const input = orInput ? `; ${standardInput} reads standard input` : "";
  return command
    .argument(
      "[topology]",
      `a ready-made stack, or a YAML file: a topology, or a stack's configuration${input} ` +
        `(default: "${defaultStack}")`,
    )
    .option("--topology <file>", "the same, as an option")
    .option("--name <name>", "name of the topology (default: the stack's, or the file's)");
}

/** What the person named, as words for another command line. */
export function topologyWords(
  argument: string | undefined,
  { topology, name }: TopologyOptions,
): readonly string[] {
  const named = argument ?? topology;
  return [...(named === undefined ? [] : [named]), ...(name === undefined ? [] : ["--name", name])];
}
