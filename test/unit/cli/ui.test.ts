import assert from "node:assert/strict";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { execa } from "execa";
import { ForeignPair } from "./foreign-pair.ts";

const root = path.resolve(import.meta.dirname, "../../..");

let pair: ForeignPair;
before(async () => {
  pair = await ForeignPair.start();
});
after(() => pair.stop());

test("ui serves the page of a mesh that others made, and ends with Ctrl-C", async () => {
  const contexts = ["--context", "prod-1", "--context", "prod-2"];
  const running = execa(
    process.execPath,
    [path.join(root, "environments/main.ts"), "ui", "--no-open", ...contexts],
    { cwd: pair.directory, env: pair.env, reject: false },
  );
  const [url = ""] = await new Promise<string[]>((resolve) => {
    createInterface({ input: running.stdout }).once("line", (line) => {
      resolve([line]);
    });
    void running.then(() => {
      resolve([]);
    });
  });
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  const page = await fetch(url);
  assert.match(await page.text(), /<div id="app">/);
  const controller = new AbortController();
  const events = await fetch(new URL("events", url), { signal: controller.signal });
  assert.ok(events.body);
  const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: model")) {
    const { value, done } = await reader.read();
    assert.ok(!done, text);
    text += value;
  }
  assert.doesNotMatch(text, /hunter2/);
  running.kill("SIGINT");
  const { exitCode, stderr } = await running;
  assert.equal(exitCode, 0, stderr);
  controller.abort();
});
