// A lock among processes that share a directory. Plain JavaScript without dependencies, because
// scripts/bootstrap.mjs takes it before anything is installed.
//
// A lock is a directory of numbered files. Its highest number holds it, or released it. Whoever wants it
// creates the next number, which the file system lets only one do, and nobody ever deletes the highest:
// a holder that lost its lock while it was stopped can thus not delete the next one's.
//
// A holder touches its file. Whether it lives is told by that alone, and measured by the clock of whoever
// waits: process numbers and host names mean something else in another container or on another machine.
// Where a caller can tell for certain (`look`), it is asked first.
import { mkdir, open, readdir, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const beat = 3_000;
const abandonedAfter = 30_000;
const askAgainAfter = 200;
const free = "free";

/** See file-lock.d.mts. */
export async function withFileLock(lock, options, work) {
  const { number, abandoned } = await acquire(lock, options);
  const own = path.join(lock, String(number));
  const beating = setInterval(() => {
    const now = new Date();
    utimes(own, now, now).catch(() => undefined);
  }, options.beat ?? beat);
  beating.unref();
  try {
    return await work({ abandoned });
  } finally {
    clearInterval(beating);
    await release(lock, number, own);
  }
}

async function acquire(lock, options) {
  const { look = () => "unknown", onWait } = options;
  const quietLimit = options.abandonedAfter ?? abandonedAfter;
  let watched;
  let quiet = 0;
  let last = performance.now();
  for (;;) {
    await mkdir(lock, { recursive: true });
    const top = await latest(lock);
    const now = performance.now();
    // A machine that was suspended, or a process that was stopped, saw nothing in the meantime.
    const elapsed = Math.min(now - last, 10 * askAgainAfter);
    last = now;
    let state = "free";
    if (top !== undefined && top.holder !== free) {
      const seen = top.holder === "" ? "unknown" : await look(top.holder);
      const same = watched?.number === top.number && watched.touched === top.touched;
      const beats = watched?.number === top.number && watched.touched !== top.touched;
      quiet = same && seen === "unknown" ? quiet + elapsed : 0;
      watched = top;
      if (seen === "gone" || quiet > quietLimit) state = "abandoned";
      else state = seen === "alive" || beats ? "alive" : "unknown";
    }
    if (state === "free" || state === "abandoned") {
      const number = (top?.number ?? 0) + 1;
      if (await claim(lock, number, options.holder)) {
        return { number, abandoned: state === "abandoned" };
      }
      continue;
    }
    onWait?.(top.holder, state);
    await sleep(askAgainAfter);
  }
}

/** Whether this process holds the lock now. */
async function claim(lock, number, holder) {
  const own = path.join(lock, String(number));
  try {
    await writeFile(own, holder, { flag: "wx", mode: 0o644 });
  } catch (error) {
    // Another one was faster; or the directory went, with what it was in.
    if (error.code === "EEXIST" || error.code === "ENOENT") return false;
    throw error;
  }
  const numbers = await numbersIn(lock);
  const later = numbers.some((other) => other > number);
  // What this process had seen was long over.
  for (const other of later ? [number] : numbers.filter((one) => one < number)) {
    await rm(path.join(lock, String(other)), { force: true });
  }
  return !later;
}

async function release(lock, number, own) {
  const numbers = await numbersIn(lock);
  if (numbers.some((other) => other > number)) {
    await rm(own, { force: true });
    return;
  }
  try {
    // Not made where it is gone: whoever removed the directory meant it.
    const file = await open(own, "r+");
    await file.truncate(0);
    await file.write(free);
    await file.close();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

/** The highest number, and what is known of it; undefined where there is none. */
async function latest(lock) {
  for (;;) {
    const numbers = await numbersIn(lock);
    if (numbers.length === 0) return undefined;
    const number = Math.max(...numbers);
    try {
      // Opened, because network file systems answer from memory otherwise.
      const file = await open(path.join(lock, String(number)));
      try {
        const holder = await file.readFile("utf8");
        return { number, holder, touched: (await file.stat()).mtimeMs };
      } finally {
        await file.close();
      }
    } catch (error) {
      // A higher one came, and took this one away.
      if (error.code !== "ENOENT") throw error;
    }
  }
}

async function numbersIn(lock) {
  const names = await readdir(lock).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
