import { randomInt, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { stateDirectory } from "../../system/state-directory.ts";

export const identity = z.object({
  pid: z.int().positive(),
  start: z.string(),
  host: z.string(),
  boot: z.string(),
  namespace: z.string(),
});

const schema = z.object({
  version: z.literal(1),
  /** Name of the run, of its stack and of its topology. */
  name: z.string(),
  /** The Pulumi project. */
  project: z.string(),
  /** Name of the topology without the run's suffix. */
  topology: z.string(),
  /** The process that removes the run. */
  owner: identity,
  created: z.iso.datetime(),
  /** After that anybody may remove it. */
  expires: z.iso.datetime(),
  /** The Pulumi backend, if one was chosen, without credentials. */
  backendUrl: z.string().optional(),
  /**
   * The run's own passphrase encrypts what it keeps there, not one of the environment. Undefined if no
   * backend was chosen, or an earlier version created the run.
   */
  ownPassphrase: z.boolean().optional(),
  /** It creates containers. */
  docker: z.boolean(),
  /** Something exists that only Pulumi can remove: in existing clusters, or in a chosen backend. */
  engineRemoves: z.boolean(),
  /** Why it was kept. Then only its expiry counts. */
  kept: z.string().optional(),
  /** Later runs use its mesh. Undefined until it was proved, and once it is being removed. */
  pool: z
    .object({
      /** Only runs with the same key may use it. */
      key: z.string(),
      /** A run uses it. If the process of that run is gone, it is free again. */
      taken: z.boolean(),
      /** When it was taken, or became free. */
      since: z.iso.datetime(),
      /** After that no run takes it, and anybody may remove it while it is free. */
      until: z.iso.datetime(),
      /** Labels of its Docker network, which can't change. */
      labels: z.record(z.string(), z.string()),
    })
    .optional(),
});

/**
 * What is known about a run. It is written before anything is created and removed last, so that anybody can
 * find, judge and remove what a run left. It contains no secret.
 */
export type RunRecord = Readonly<z.infer<typeof schema>>;

const recordName = "run.json";

/** Directory of all runs of this user. */
export function runsDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(stateDirectory(env), "runs");
}

/** Directory of a run: its record, and the state directory of everything in it. */
export function runDirectory(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return path.join(runsDirectory(env), name);
}

/**
 * A name that no other run has: `<base>-<6 characters>`.
 *
 * @param room how many characters it may have
 */
export function runName(base: string, room: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const random = Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");
  const plain = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+/g, "")
    .slice(0, Math.max(1, room - 7))
    .replaceAll(/-+$/g, "");
  return `${plain === "" ? "mesh" : plain}-${random}`;
}

/** Creates the run's directory with its record, all or nothing. */
export async function beginRun(directory: string, record: RunRecord): Promise<void> {
  const runs = path.dirname(directory);
  const draft = path.join(runs, `${draftPrefix}${randomUUID()}-${record.name}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    await updateRecord(draft, record);
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

const draftPrefix = ".new-";

/** Whether it is the directory of a run that was never begun. */
export function isDraft(directory: string): boolean {
  return path.basename(directory).startsWith(draftPrefix);
}

/** Replaces the record of a run. */
export async function updateRecord(directory: string, record: RunRecord): Promise<void> {
  const file = path.join(directory, recordName);
  const partial = `${file}.${randomUUID()}.partial`;
  await writeFile(partial, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  await rename(partial, file);
}

/**
 * The record of a run. `missing`: the directory doesn't exist or has no record. `unreadable`: this user may
 * not read it, or it can't be understood.
 */
export async function readRecord(directory: string): Promise<RunRecord | "missing" | "unreadable"> {
  let text: string;
  try {
    text = await readFile(path.join(directory, recordName), "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "unreadable";
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : "unreadable";
  } catch {
    return "unreadable";
  }
}

/** A run of this user. */
export interface FoundRun {
  readonly directory: string;
  readonly record: RunRecord | "missing" | "unreadable";
}

/** All runs that this user has or left. */
export async function findRuns(env: NodeJS.ProcessEnv = process.env): Promise<FoundRun[]> {
  const runs = runsDirectory(env);
  const names = await readdir(runs).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async (name): Promise<FoundRun[]> => {
      const directory = path.join(runs, name);
      // A run that is just beginning is left alone for a while.
      if (name.startsWith(draftPrefix) && !(await isOld(directory))) return [];
      return [{ directory, record: await readRecord(directory) }];
    }),
  );
  return found.flat();
}

async function isOld(directory: string): Promise<boolean> {
  const found = await stat(directory).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > 60_000;
}

/** Removes a run's files, its record last, and directories that become empty. */
export async function forgetRun(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (name === recordName) continue;
    await rm(path.join(directory, name), { recursive: true, force: true, maxRetries: 3 });
  }
  await rm(path.join(directory, recordName), { force: true });
  const runs = path.dirname(directory);
  for (const empty of [directory, runs, path.dirname(runs)]) {
    try {
      await rmdir(empty);
    } catch {
      // Not empty, or missing.
      break;
    }
  }
}
