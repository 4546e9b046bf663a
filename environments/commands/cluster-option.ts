import type { Command } from "commander";

/** The option that limits a command to some clusters of a mesh. */
export interface ClusterOption {
  readonly cluster?: readonly string[];
}

/** Adds `--cluster`. */
export function withClusterOption(command: Command): Command {
  return command.option("--cluster <name...>", "only these clusters (default: all)");
}
