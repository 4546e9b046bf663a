import { mkdir, open, readFile, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { messageOf } from "../../system/message-of.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { look } from "../../toolchain/process-identity.ts";
import { CommandError } from "../command-error.ts";
import { identity } from "../runs/record.ts";
import { takenSchema } from "./taken.ts";

const schema = z.object({
  version: z.literal(1),
  stack: z.string(),
  /** The process that will put it back. */
  owner: identity,
  /** ISO 8601. */
  began: z.string(),
  /** The access to each cluster. */
  clusters: z.array(
    z.object({
      name: z.string(),
      kubeconfigPath: z.string(),
      context: z.string().optional(),
      uid: z.string().optional(),
      /** Containers of its nodes. Absent for an existing cluster. */
      nodes: z.array(z.string()).optional(),
    }),
  ),
  taken: z.array(takenSchema),
});

/**
 * What a drill has taken away and not put back yet. It is written before anything is taken, and removed once
 * everything is back. So the next command can put back what a killed drill left.
 */
export type Journal = z.infer<typeof schema>;

type Env = Readonly<Record<string, string | undefined>>;

export function journalFile(stack: string, env: Env): string {
  return path.join(stateDirectory(env), "drills", `${stack}.json`);
}

/**
 * The journal of a stack. Undefined if no drill has left one.
 *
 * @throws CommandError if there is an unreadable one: that must not count as none
 */
export async function readJournal(stack: string, env: Env): Promise<Journal | undefined> {
  const file = journalFile(stack, env);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unreadable(file, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): CommandError {
  return new CommandError(
    `${file}, the journal of a drill, can't be read: ${messageOf(error)}. It says what the drill took away. Put ` +
      "that back by hand (`up --refresh` does so for nodes and Links), then delete the file",
    { cause: error },
  );
}

/** Writes the journal to the disk at once: the next step may be the last one of this process. */
export async function writeJournal(journal: Journal, env: Env): Promise<void> {
  const file = journalFile(journal.stack, env);
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  const handle = await open(unfinished, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(journal, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

/** Removes the journal, and its folder with the last one. */
export async function removeJournal(stack: string, env: Env): Promise<void> {
  const file = journalFile(stack, env);
  await rm(file, { force: true });
  await rmdir(path.dirname(file)).catch(() => undefined);
}

/** Whether the drill that wrote it may still run. */
export async function isAtWork({ owner }: Journal): Promise<boolean> {
  return (await look(owner)) === "alive";
}
