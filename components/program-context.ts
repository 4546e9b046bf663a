import { AsyncLocalStorage } from "node:async_hooks";
import path from "node:path";
import { readPlainFile } from "../system/plain-file.ts";

/** What a program finds around it. */
export interface ProgramContext {
  /** Variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths of the topology start from. */
  readonly directory: string;
}

const contexts = new AsyncLocalStorage<ProgramContext>();

/**
 * Runs a program in a context of its own. Several run at the same time in one process where they are
 * run inline, so that neither the process' variables nor its working directory can be theirs.
 */
export function inContext<T>(context: ProgramContext, run: () => T): T {
  return contexts.run(context, run);
}

/** The variables of the program that asks. */
export function programEnv(): ProgramContext["env"] {
  return contexts.getStore()?.env ?? process.env;
}

/** An absolute path, from the directory of the program that asks. */
export function programPath(file: string): string {
  return path.resolve(contexts.getStore()?.directory ?? "", file);
}

/** The text of a file that a topology names, by its path from the directory of the program that asks. */
export function readProgramFile(file: string): string {
  return readPlainFile(programPath(file));
}
