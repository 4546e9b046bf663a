/**
 * The guardian of a run: a separate process, out of reach of the terminal's signals. It removes the run when
 * it is told to, or when the process that owns the run has ended without a word. If the run's mesh is in a pool, it
 * then puts the mesh back instead, and removes it when it is too old.
 *
 *     node guardian.ts DIRECTORY_OF_THE_RUN
 *
 * On standard input it gets `down` (remove it now), `keep` (leave it as it is) or `free` (the mesh is in its pool
 * again). The end of standard input means that the owner has ended. It answers with lines of JSON.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../system/message-of.ts";
import { isSameProcess } from "../toolchain/process-identity.ts";
import type { GuardianLine } from "./runs/guard.ts";
import { putBack, StillInPool } from "./runs/pool.ts";
import { readRecord, type RunRecord } from "./runs/record.ts";
import { takeDown } from "./runs/take-down.ts";

/** How often it looks whether somebody has taken the mesh that it guards, in milliseconds. */
const lookEvery = 3_000;
const directory = process.argv[2] ?? "";
// Only the owner's end ends a guardian.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// Nobody listens any more after the owner has ended.
process.stdout.on("error", () => undefined);
const begun = await readRecord(directory);

const word = await new Promise<string>((resolve) => {
  const lines = createInterface({ input: process.stdin });
  lines.once("line", (line) => {
    resolve(line.trim());
    lines.close();
  });
  lines.once("close", () => resolve("gone"));
  process.stdin.once("error", () => resolve("gone"));
});
process.stdin.destroy();
process.exitCode = await obey();

async function obey(): Promise<number> {
  if (word === "keep") return 0;
  if (word === "free") return watchPool();
  const record = await readRecord(directory);
  // Somebody else was faster.
  if (record === "missing") return 0;
  if (word === "gone" && typeof record === "object") {
    // A later run has taken the mesh already, and has a guardian.
    if (typeof begun === "object" && !isSameProcess(record.owner, begun.owner)) return 0;
    if (await isInPool(record)) return watchPool();
  }
  return remove(record);
}

/** Waits until somebody takes the mesh, whose own guardian then looks after it, or until it is too old. */
async function watchPool(): Promise<number> {
  for (;;) {
    const record = await readRecord(directory);
    if (record === "missing") return 0;
    if (typeof record === "object") {
      if (record.pool?.taken !== false) return 0;
      if (Date.parse(record.pool.until) <= Date.now()) return remove(record);
    }
    // Nobody takes or removes what can't be read, until a person has looked at it.
    await sleep(lookEvery);
  }
}

/** Puts the mesh of an owner that has ended back into its pool, unless it was never proved, or is too old. */
async function isInPool(record: RunRecord): Promise<boolean> {
  if (record.pool === undefined || record.kept !== undefined) return record.pool?.taken === false;
  try {
    return (await putBack(directory, record.owner)) !== undefined;
  } catch (error) {
    note(messageOf(error));
    return false;
  }
}

async function remove(record: RunRecord | "unreadable"): Promise<number> {
  try {
    if (record === "unreadable") throw new Error(`the record in ${directory} can't be read`);
    await takeDown({ ...record, directory, record }, (text) => say({ type: "step", text }));
    return 0;
  } catch (error) {
    // Whoever has it now has a guardian.
    if (error instanceof StillInPool) return 0;
    const text = messageOf(error);
    say({ type: "error", text });
    if (word !== "down") note(text);
    return 1;
  }
}

function say(line: GuardianLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** A note for people who look at a remaining run: the owner has ended. */
function note(text: string): void {
  try {
    const file = openSync(path.join(directory, "guardian.log"), "a", 0o600);
    writeSync(file, `${new Date().toISOString()} ${text}\n`);
    closeSync(file);
  } catch {
    // The directory is gone, or the disk is full.
  }
}
