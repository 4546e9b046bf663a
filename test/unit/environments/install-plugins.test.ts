import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { installPlugins, ownPlugins } from "../../../environments/install-plugins.ts";
import { exists } from "../../../toolchain/cache.ts";

describe("the plugins for programs in other languages", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "install-plugins-"));
    await mkdir(path.join(directory, "kept"));
  });
  after(() => rm(directory, { recursive: true }));

  /** A `pulumi` that does what the text says. */
  async function withPulumi(text: string): Promise<NodeJS.ProcessEnv> {
    const file = path.join(directory, "pulumi");
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
    return { PATH: [directory, process.env["PATH"]].join(path.delimiter) };
  }

  it("are handed to pulumi, each as an executable that starts this installation", async () => {
    const kept = path.join(directory, "kept");
    const env = await withPulumi(
      `echo "$@" >> '${kept}/calls'; for last; do :; done; cp "$last"/* '${kept}'`,
    );
    await installPlugins(env);
    const calls = (await readFile(path.join(kept, "calls"), "utf8")).trim().split("\n");
    assert.equal(calls.length, 2);
    for (const [index, { name, version, executable }] of ownPlugins.entries()) {
      const expected = `plugin install resource ${name} ${version} --reinstall --file `;
      const [, folder = ""] = (calls[index] ?? "").split(expected);
      assert.notEqual(folder, "", calls[index]);
      assert.equal(await exists(folder), false);
      const starter = await readFile(path.join(kept, `pulumi-resource-${name}`), "utf8");
      assert.equal(starter, `#!/bin/sh\nexec '${executable}' "$@"\n`);
      assert.ok(await exists(executable), executable);
    }
  });

  it("say what pulumi says where it refuses", async () => {
    const env = await withPulumi("echo no room >&2; exit 1");
    await assert.rejects(
      installPlugins(env),
      /pulumi doesn't install the plugin linkerd-topology: no room/,
    );
  });

  it("ask for Pulumi where there is none", async () => {
    await assert.rejects(installPlugins({ PATH: path.join(directory, "kept") }), /Install Pulumi/);
  });
});
