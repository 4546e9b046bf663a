import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { TopologyOrigin } from "../planning/sources/made-from.ts";
import { isSameOrigin, madeFromAnother, originOf } from "./origin.ts";
import { readProject, stackDirectory } from "./project.ts";
import { topologyIn } from "./stacks.ts";
import { readYamlFile } from "./yaml-file.ts";

/** The stack that plain Pulumi runs, and its configuration. */
export interface PlainStack {
  readonly name: string;
  /** The topology of its configuration. */
  readonly topology: unknown;
}

/**
 * The question of the commands, for a plain `pulumi up`: was the stack made from this topology's file? Pulumi
 * doesn't say which file it read (`--config-file`), so a recorded file with the same content as the
 * configuration is accepted.
 *
 * @param recorded undefined if nothing was recorded, so that there is nothing to compare
 * @throws CommandError with both files and what to do
 */
export async function refuseOtherFile(
  recorded: TopologyOrigin | undefined,
  { name, topology }: PlainStack,
): Promise<void> {
  if (recorded === undefined) return;
  const now = originOf(path.join(stackDirectory(await readProject()), `Pulumi.${name}.yaml`));
  if (isSameOrigin(recorded, now)) return;
  if (isDeepStrictEqual(await topologyOf(recorded.file), topology)) return;
  throw madeFromAnother(name, recorded.file, now.file, "up");
}

/** Undefined if the file is missing or unreadable: then nobody knows whether it has the same content. */
async function topologyOf(file: string): Promise<unknown> {
  try {
    return topologyIn(await readYamlFile(file), file);
  } catch {
    return undefined;
  }
}
