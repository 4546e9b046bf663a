import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withFileLock, type FileLockOptions } from "../../../toolchain/file-lock.mjs";
import { withLock } from "../../../toolchain/lock.ts";
import { formatIdentity, identify } from "../../../toolchain/process-identity.ts";
import { withFolder } from "./folder.ts";

/** Quick enough for a test, and slow enough for a busy machine. */
const quick = { beat: 50, abandonedAfter: 1_000 };
const module = new URL("../../../toolchain/file-lock.mjs", import.meta.url).href;

/** A process that holds a lock until the test ends it. It reports when it has the lock and when it is done. */
async function holder(lock: string): Promise<{ process: ChildProcess; line(): Promise<string> }> {
  const program = `
    import { withFileLock } from ${JSON.stringify(module)};
    await withFileLock(${JSON.stringify(lock)}, { holder: "child", ...${JSON.stringify(quick)} }, async () => {
      console.log("held");
      await new Promise((resolve) => process.stdin.once("data", resolve));
    });
    console.log("through");
    process.exit();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  assert.equal(await line(), "held");
  return { process: child, line };
}

const take = (lock: string, options: Partial<FileLockOptions> = {}) =>
  withFileLock(lock, { holder: "test", ...quick, ...options }, (taken) =>
    Promise.resolve(taken.abandoned),
  );

describe("a lock", () => {
  test("is one process' at a time, of many that want it at once", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      let inside = 0;
      let rounds = 0;
      const one = (): Promise<void> =>
        withFileLock(lock, { holder: "test", ...quick }, async () => {
          assert.equal(++inside, 1, "two have it");
          await sleep(1);
          rounds++;
          inside--;
        });
      await Promise.all(Array.from({ length: 20 }, one));
      assert.equal(rounds, 20);
      assert.equal((await readdir(lock)).length, 1, "what it leaves does not grow");
    }));

  test("of a process that lives is waited for, and the wait is told once", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      const order: string[] = [];
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const first = withLock(lock, async () => {
        await held;
        order.push("first");
      });
      await sleep(50);
      const second = withLock(lock, () => Promise.resolve(order.push("second")), {
        onWait: (detail) => {
          assert.match(detail, new RegExp(`process ${process.pid} on `));
          order.push("waits");
          setTimeout(release, 500);
        },
      });
      await Promise.all([first, second]);
      assert.deepEqual(order, ["waits", "first", "second"]);
    }));

  test("of a process that lives is not waited for any longer than the limit", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      await withLock(lock, async () => {
        await assert.rejects(
          withLock(lock, () => Promise.resolve(), { limit: 0, refusal: (who) => new Error(who) }),
          new RegExp(`process ${process.pid} on `),
        );
      });
    }));

  test("of a process that is gone for certain is taken over at once", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      const own = await identify(process.pid);
      assert.ok(own);
      await mkdir(lock);
      // The number is the same, but the process started at another time.
      await writeFile(join(lock, "7"), formatIdentity({ ...own, start: "1" }));
      const started = performance.now();
      await withLock(lock, ({ abandoned }) => {
        assert.ok(abandoned);
        return Promise.resolve();
      });
      assert.ok(performance.now() - started < 5_000);
    }));

  test("of a killed process that can't be looked at is taken over when it was silent", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      const child = await holder(lock);
      child.process.kill("SIGKILL");
      await once(child.process, "exit");
      const started = performance.now();
      assert.equal(await take(lock), true);
      assert.ok(performance.now() - started > 900);
    }));

  test("of another container with the same host name and a number that is free here is respected", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      const own = await identify(process.pid);
      assert.ok(own);
      // It has its own process namespace, and its number is unused in this one.
      const other = formatIdentity({ ...own, namespace: "pid:[1]", pid: 2 ** 22 + 1 });
      let inside = true;
      const theirs = withFileLock(lock, { holder: other, ...quick }, async () => {
        await sleep(2_500);
        inside = false;
      });
      await sleep(50);
      assert.equal(await take(lock), false);
      assert.equal(inside, false);
      await theirs;
    }));

  test("that was taken over is not given up by its former owner", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      const former = await holder(lock);
      former.process.kill("SIGSTOP");
      let inside = true;
      let end = (): void => undefined;
      let ours: Promise<void> | undefined;
      await new Promise<void>((begun) => {
        ours = withFileLock(lock, { holder: "test", ...quick }, async ({ abandoned }) => {
          assert.ok(abandoned);
          begun();
          await new Promise<void>((resolve) => (end = resolve));
          inside = false;
        });
      });
      former.process.kill("SIGCONT");
      former.process.stdin?.write("end\n");
      assert.equal(await former.line(), "through");
      // The lock is still ours: others have to wait.
      const third = take(lock).then(() => {
        assert.equal(inside, false, "two have it");
      });
      await sleep(600);
      end();
      await Promise.all([ours, third]);
    }));

  test("is respected by whoever decided long ago that it was free", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      await mkdir(lock);
      await writeFile(join(lock, "3"), "dead");
      const look = async (who: string): Promise<"gone" | "unknown"> => {
        if (who !== "dead") return "unknown";
        // Between this look and the next step others came and went, and one of them has the lock now.
        await writeFile(join(lock, "6"), "holder");
        await rm(join(lock, "3"));
        return "gone";
      };
      const onWait = (who: string): never => {
        throw new Error(`${who} has it`);
      };
      await assert.rejects(take(lock, { look, onWait }), /holder has it/);
      assert.deepEqual(await readdir(lock), ["6"]);
    }));

  test("may go with its directory while it is held", () =>
    withFolder(async (folder) => {
      const lock = join(folder, "lock");
      await withFileLock(lock, { holder: "test", ...quick }, () => rm(lock, { recursive: true }));
      await assert.rejects(readFile(lock), /ENOENT/);
      assert.equal(await take(lock), false);
    }));
});
