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
 * What the commands ask before they begin, for the program of plain `pulumi up`: was the stack made from this
 * topology's file? Pulumi doesn't tell which file it read (`--config-file`), so that a recorded file which says
 * the same as the configuration will do.
 *
 * @param recorded undefined where nothing was recorded: then there is nothing to compare
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

/** Undefined where the file is gone, or can't be read: then it is not known to say the same. */
async function topologyOf(file: string): Promise<unknown> {
  try {
    return topologyIn(await readYamlFile(file), file);
  } catch {
    return undefined;
  }
}
