import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { debianKey, ensureDebianLayer } from "../../../toolchain/image/debian.ts";

describe("the layer with Debian", () => {
  let root: string;
  let env: Record<string, string>;

  /** An mmdebstrap that notes each system that it makes, and takes its time for it. */
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "debian-test-"));
    const bin = join(root, "bin");
    await mkdir(bin);
    const script = `#!/bin/sh
[ "$1" = --version ] && exit 0
echo made >> ${root}/log
sleep 0.5
for argument; do case $argument in *.tar) echo layer > "$argument";; esac; done
`;
    await writeFile(join(bin, "mmdebstrap"), script);
    await chmod(join(bin, "mmdebstrap"), 0o755);
    env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  });
  after(() => rm(root, { recursive: true }));

  test("is made once by two that want it at the same time, and what a killed one left goes", async () => {
    const cache = join(root, "cache");
    const layers = join(cache, "layers");
    await mkdir(layers, { recursive: true });
    await writeFile(join(layers, `.unfinished-debian-${debianKey()}-killed.tar`), "half");
    const waits: string[] = [];
    const context = { cache, env, onProgress: (detail: string) => void waits.push(detail) };
    const paths = await Promise.all([ensureDebianLayer(context), ensureDebianLayer(context)]);
    assert.deepEqual(new Set(paths), new Set([join(layers, `debian-${debianKey()}.tar`)]));
    assert.equal(await readFile(join(root, "log"), "utf8"), "made\n");
    assert.deepEqual((await readdir(layers)).sort(), [".locks", `debian-${debianKey()}.tar`]);
    assert.match(waits.join("\n"), /waiting for another process \(process \d+ on .*\)/);
  });
});
