// The oldest Node.js that is promised loads the command line, the program and the plugins of a checkout. oldest-node-engine.nightly.test.ts runs the
// engine on it, and the npm package.
import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import { oldest } from "../../toolchain/node-version.mjs";
import { oldestNode } from "../oldest-node.ts";

const root = path.resolve(import.meta.dirname, "../..");
const bin = await oldestNode();
const skip = bin === undefined && "npm has no such Node.js for this machine";

describe("the oldest Node.js that is promised", { skip }, () => {
  /** Runs it as a checkout's scripts and plugins do, where there is no newer one. */
  const node = (...args: string[]) => {
    const stripTypes = path.join(root, "scripts/strip-types.mjs");
    const env = { PATH: [bin, process.env["PATH"]].join(path.delimiter) };
    return execa("node", ["--import", stripTypes, ...args], { cwd: root, env });
  };

  test("is first on the PATH of these tests", async () => {
    const { stdout } = await node("--version");
    assert.equal(stdout, `v${oldest[0]?.join(".") ?? ""}.0`);
  });

  test("runs the command line", async () => {
    const { stdout } = await node("environments/main.ts", "plan", "flat");
    assert.match(stdout, /west/);
  });

  test("loads the Pulumi program", async () => {
    const load = 'console.log(typeof (await import("./components/program.ts")).runProgram)';
    const { stdout } = await node("--input-type=module", "--eval", load);
    assert.equal(stdout, "function");
  });

  for (const [name, folder] of [
    ["kind", "providers/kind"],
    ["linkerd-topology", "plugin"],
  ] as const) {
    test(`starts the provider plugin ${name}`, { timeout: 60_000 }, async () => {
      const plugin = node(`${folder}/main.ts`, "127.0.0.1:1");
      const ended = plugin.catch(() => undefined);
      try {
        // What the engine waits for: the port that it serves on.
        const port = once(plugin.stdout, "data").then(([data]: Buffer[]) => String(data));
        assert.match(await Promise.race([port, ended.then(() => "it ended")]), /^\d+\s*$/);
      } finally {
        plugin.kill();
        await ended;
      }
    });
  }
});
