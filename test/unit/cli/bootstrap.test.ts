import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";

const root = path.resolve(import.meta.dirname, "../../..");

describe("the script that starts everything", () => {
  let directory: string;
  let env: Record<string, string>;

  /** A project of its own, with an npm that notes each installation and is done when `finish` is there. */
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "bootstrap-test-"));
    for (const file of [
      "scripts/bootstrap.mjs",
      "scripts/strip-types.mjs",
      "toolchain/file-lock.mjs",
      "toolchain/node-version.mjs",
    ]) {
      await cp(path.join(root, file), path.join(directory, file), { recursive: true });
    }
    const packages = { "": {}, "node_modules/one": { version: "1.0.0" } };
    await writeFile(path.join(directory, "package-lock.json"), JSON.stringify({ packages }));
    await writeFile(path.join(directory, "hello.mjs"), 'console.log("hello")');
    await writeFile(
      path.join(directory, "cache.mjs"),
      "console.log(process.env.NODE_COMPILE_CACHE)",
    );
    const npm = path.join(directory, "npm.mjs");
    await writeFile(
      npm,
      `import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
       appendFileSync("log", "installed\\n");
       console.log("added 1 package in 1s");
       rmSync("node_modules", { recursive: true, force: true });
       while (!existsSync("finish")) await new Promise((resolve) => setTimeout(resolve, 20));
       mkdirSync("node_modules/one", { recursive: true });
       writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify({ packages }))});`,
    );
    env = { npm_execpath: npm, npm_node_execpath: process.execPath };
  });
  after(() => rm(directory, { recursive: true, force: true }));

  // A host name and a place for temporary files of its own, as each container has.
  const start = (container: string) =>
    execa(process.execPath, ["scripts/bootstrap.mjs", "hello.mjs"], {
      cwd: directory,
      env: { ...env, TMPDIR: path.join(directory, container) },
      timeout: 60_000,
    });

  test("installs the node modules once, for several that are started at the same time", async () => {
    await Promise.all(["a", "b", "c"].map((name) => mkdir(path.join(directory, name))));
    const started = ["a", "b", "c"].map(start);
    let waiting = 0;
    for (const one of started) {
      one.stderr.on("data", (text: Buffer) => {
        if (/another process is installing/.test(String(text))) waiting += 1;
        // However late a process starts: all of them have to meet the installation.
        if (waiting === 2) writeFileSync(path.join(directory, "finish"), "");
      });
    }
    const results = await Promise.all(started);
    // Nothing of npm's: Pulumi reads the port of a plugin there.
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ["hello", "hello", "hello"],
    );
    assert.equal(await readFile(path.join(directory, "log"), "utf8"), "installed\n");
    const waited = results.filter(({ stderr }) => /another process is installing/.test(stderr));
    assert.equal(waited.length, 2);
  });

  test("keeps what Node.js compiled, where the person says or with the other caches", async () => {
    const cacheWith = async (extra: Record<string, string>): Promise<string> => {
      const arguments_ = ["scripts/bootstrap.mjs", "cache.mjs"];
      const own = { NODE_COMPILE_CACHE: "", LINKERD_TOPOLOGY_CACHE: "", XDG_CACHE_HOME: "" };
      const options = { cwd: directory, env: { ...env, ...own, HOME: directory, ...extra } };
      return (await execa(process.execPath, arguments_, options)).stdout;
    };
    const given = path.join(directory, "given");
    assert.equal(
      await cacheWith({}),
      path.join(directory, ".cache", "linkerd-topology", "node-compile"),
    );
    assert.equal(
      await cacheWith({ LINKERD_TOPOLOGY_CACHE: given }),
      path.join(given, "node-compile"),
    );
    assert.equal(await cacheWith({ NODE_COMPILE_CACHE: given }), given);
  });
});
