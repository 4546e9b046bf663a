import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import type { TopologyOrigin } from "../planning/sources/made-from.ts";
import { readPlainFile } from "../system/plain-file.ts";
import { badInput, CommandError } from "./command-error.ts";
import { howToCall } from "./how-to-call.ts";
import { projectDirectory } from "./paths.ts";

/** The place of a topology's file, as the stack records it. */
export function originOf(file: string): TopologyOrigin {
  const absolute = realOf(path.resolve(file));
  const repository = repositoryOf(path.dirname(absolute));
  return {
    file: absolute,
    ...(repository !== undefined && { inRepository: path.relative(repository, absolute) }),
  };
}

function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** The directory under version control, or the one that the package is installed in. */
function repositoryOf(directory: string): string | undefined {
  if (directory === realOf(projectDirectory)) return directory;
  if (existsSync(path.join(directory, ".git"))) return directory;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : repositoryOf(parent);
}

/**
 * Whether a file is the one that a stack was made from: the same file, or the file at the same path in
 * another checkout that replaced the first one. A ready-made stack may be in several checkouts at once if
 * they have the same content.
 */
export function isSameOrigin(recorded: TopologyOrigin, now: TopologyOrigin): boolean {
  if (recorded.file === now.file) return true;
  if (recorded.inRepository === undefined || recorded.inRepository !== now.inRepository)
    return false;
  if (!existsSync(recorded.file)) return true;
  return isReadyMade(now) && textOf(recorded.file) === textOf(now.file);
}

/** Says that a stack was made from another file, and what to do. */
export function madeFromAnother(
  name: string,
  made: string,
  asked: string,
  command: string,
): CommandError {
  const another = howToCall(command, [asked, "--name", `${name}-2`]);
  return badInput(
    `the stack "${name}" was created from ${made}, not from ${asked}; nothing was changed.\n` +
      `If it is another topology, give it its own name: ${another}\n` +
      `If its file was moved: ${howToCall("up", [asked, "--name", name, "--moved"])}` +
      (["up", "rotate", "upgrade", "preflight"].includes(command)
        ? ""
        : `\nTo use the existing stack by its name: ${howToCall(command, ["--name", name])}`),
  );
}

function isReadyMade({ file }: TopologyOrigin): boolean {
  return !path.relative(realOf(projectDirectory), file).startsWith("..");
}

function textOf(file: string): string | undefined {
  try {
    return readPlainFile(file);
  } catch {
    return undefined;
  }
}
