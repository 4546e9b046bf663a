import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { test } from "node:test";

const module = path.resolve(import.meta.dirname, "../../../environments/report/outlive-reader.ts");

/** Writes for a while to a standard error that nobody reads, then ends with 7. */
async function endOfWriter(before: string): Promise<number | null> {
  const script = `
    ${before}
    process.on("uncaughtException", () => process.exit(1));
    process.stdin.once("data", () => {
      let left = 20;
      const timer = setInterval(() => {
        process.stderr.write("progress\\n");
        if (--left > 0) return;
        clearInterval(timer);
        process.exit(7);
      }, 5);
    });`;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", script],
    { stdio: ["pipe", "ignore", "pipe"] },
  );
  child.stderr.destroy();
  child.stdin.end("go\n");
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("a command whose progress nobody reads any more goes on", async () => {
  const outlive = `import { outliveReader } from ${JSON.stringify(module)}; outliveReader(); outliveReader();`;
  assert.equal(await endOfWriter(outlive), 7);
});

test("without that it would end", async () => {
  assert.equal(await endOfWriter(""), 1);
});
