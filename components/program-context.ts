import { AsyncLocalStorage } from "node:async_hooks";
import { readPlainFile } from "../system/plain-file.ts";
import { resolvePath } from "../system/resolve-path.ts";

/** The environment of a program. */
export interface ProgramContext {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths of the topology start from. */
  readonly directory: string;
}

const contexts = new AsyncLocalStorage<ProgramContext>();

/**
 * Runs a program in a context of its own. Inline programs share a process, several at the same time, so they
 * can't use the process's environment variables or working directory.
 */
export function inContext<T>(context: ProgramContext, run: () => T): T {
  return contexts.run(context, run);
}

/** The environment variables of the calling program. */
export function programEnv(): ProgramContext["env"] {
  return contexts.getStore()?.env ?? process.env;
}

/** An absolute path, from the directory of the calling program. */
export function programPath(file: string): string {
  return resolvePath(contexts.getStore()?.directory ?? "", file);
}

/** The text of a file that a topology names, by its path from the directory of the calling program. */
export function readProgramFile(file: string): string {
  return readPlainFile(programPath(file));
}
