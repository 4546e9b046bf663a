import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

test("an error in an event handler ends the traffic, and leaves no namespace", () => {
  const child = path.join(import.meta.dirname, "traffic-child.ts");
  const options = { encoding: "utf8", timeout: 50_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [child], options);
  const output = stdout + stderr;
  assert.match(output, /unexpected: TypeError: an answer that nobody expected/);
  assert.match(output, /^namespaces: 2$/m);
  assert.match(output, /^namespaces left: 0$/m);
  assert.equal(status, 1, output);
});
