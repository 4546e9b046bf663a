/**
 * The guardian of a run: a separate process, out of reach of the terminal's signals. It removes the run when
 * it is told to, or when the process that owns the run has ended without a word.
 *
 *     node guardian.ts DIRECTORY_OF_THE_RUN
 *
 * On standard input it gets `down` (remove it now) or `keep` (leave it as it is). The end of standard input
 * means that the owner has ended. It answers with lines of JSON.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { messageOf } from "../system/message-of.ts";
import type { GuardianLine } from "./runs/guard.ts";
import { readRecord } from "./runs/record.ts";
import { takeDown } from "./runs/take-down.ts";

const directory = process.argv[2] ?? "";
// Only the owner's end ends a guardian.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// Nobody listens any more after the owner has ended.
process.stdout.on("error", () => undefined);

const word = await new Promise<string>((resolve) => {
  const lines = createInterface({ input: process.stdin });
  lines.once("line", (line) => {
    resolve(line.trim());
    lines.close();
  });
  lines.once("close", () => {
    resolve("gone");
  });
  process.stdin.once("error", () => {
    resolve("gone");
  });
});
process.exitCode = word === "keep" ? 0 : await remove();
process.stdin.destroy();

async function remove(): Promise<number> {
  const record = await readRecord(directory);
  // Somebody else was faster.
  if (record === "missing") return 0;
  try {
    if (record === "unreadable") throw new Error(`the record in ${directory} can't be read`);
    await takeDown({ ...record, directory, record }, (text) => {
      say({ type: "step", text });
    });
    return 0;
  } catch (error) {
    const text = messageOf(error);
    say({ type: "error", text });
    if (word === "gone") note(text);
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
