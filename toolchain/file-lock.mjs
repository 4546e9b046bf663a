// A lock for processes that share a directory. Plain JavaScript without dependencies, because
// scripts/bootstrap.mjs takes it before anything is installed.
//
// A lock is a directory of numbered files. The file with the highest number holds the lock or says that
// it was released. To take the lock, a process creates the next number; the file system lets only one
// process do that. Nobody ever deletes the highest number. So a holder that lost its lock while it was
// stopped cannot delete the lock of the next holder.
//
// A holder touches its file regularly. Only that shows whether it is alive, measured by the clock of
// the waiting process: process numbers and host names mean something else in another container or on
// another machine. If the caller can tell for certain (`look`), that answer wins.
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
    // A suspended machine or a stopped process saw nothing in the meantime.
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

/** Tries to take the lock. Returns true if this process holds it now. */
async function claim(lock, number, holder) {
  const own = path.join(lock, String(number));
  try {
    await writeFile(own, holder, { flag: "wx", mode: 0o644 });
  } catch (error) {
    // Another process was faster, or the directory was removed.
    if (error.code === "EEXIST" || error.code === "ENOENT") return false;
    throw error;
  }
  const numbers = await numbersIn(lock);
  const later = numbers.some((other) => other > number);
  // The state that this process saw is outdated.
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
    // Do not recreate a missing file: the directory was removed on purpose.
    const file = await open(own, "r+");
    await file.truncate(0);
    await file.write(free);
    await file.close();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

/** Returns the highest number and what is known about it, or undefined if there is none. */
async function latest(lock) {
  for (;;) {
    const numbers = await numbersIn(lock);
    if (numbers.length === 0) return undefined;
    const number = Math.max(...numbers);
    try {
      // Open the file, because network file systems otherwise answer from their cache.
      const file = await open(path.join(lock, String(number)));
      try {
        const holder = await file.readFile("utf8");
        return { number, holder, touched: (await file.stat()).mtimeMs };
      } finally {
        await file.close();
      }
    } catch (error) {
      // A newer holder removed this file.
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
