import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { timeLimits } from "../planning/time-limits.ts";
import { isRunning } from "./is-running.ts";

/** The holder touches its lock this often; a lock left alone for longer than `abandonedAfter` is nobody's. */
const heartbeat = 5_000;
const abandonedAfter = 30_000;
const askAgainAfter = 200;

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Runs `work` while no other process runs work under the same lock file. A lock whose holder was
 * killed is taken over. Two that take over at the same instant may both get it: the work has to bear
 * that (two builds of the same folder do, the later one is thrown away).
 *
 * @throws when the holder keeps it for longer than any build takes.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait?: (detail: string) => void,
): Promise<T> {
  const started = Date.now();
  let waiting = false;
  while (!(await take(path))) {
    const holder = await holderOf(path);
    if (await isAbandoned(path, holder)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waiting) onWait?.(`another process (${holder?.pid ?? "unknown"}) is making it`);
    waiting = true;
    if (Date.now() - started > timeLimits.toolBuild) {
      throw new Error(
        `waited ${Math.round(timeLimits.toolBuild / 60_000)} minutes for process ${holder?.pid ?? "?"} ` +
          `on ${holder?.host ?? "?"}, which holds ${path}; if it is not at work, end it and delete that file`,
      );
    }
    await pause(askAgainAfter);
  }
  const beat = setInterval(() => void touch(path), heartbeat);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o644);
    const holder: Holder = { pid: process.pid, host: hostname() };
    await file.writeFile(JSON.stringify(holder));
    await file.close();
    return true;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw problem;
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    // Gone, or its holder is just about to write into it.
    return undefined;
  }
}

async function isAbandoned(path: string, holder: Holder | undefined): Promise<boolean> {
  const touched = await stat(path).catch(() => undefined);
  if (touched === undefined) return false;
  if (holder?.host === hostname() && !isRunning(holder.pid)) return true;
  return Date.now() - touched.mtimeMs > abandonedAfter;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
