import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { imageFolders } from "../../../toolchain/image/context.ts";
import { debianKey } from "../../../toolchain/image/debian.ts";
import { layerOfTar } from "../../../toolchain/image/layer.ts";
import { ensureNodeImage, nodeImageRepository } from "../../../toolchain/image/node-image.ts";
import { withFolder } from "../toolchain/folder.ts";

/** Has no image until one was loaded, which takes a while, and notes what it was asked. */
const docker = `#!/bin/sh
echo "$*" >> "$FAKE/calls"
case "$1" in
  image) [ -e "$FAKE/loaded" ] || { echo "Error: No such image: $5" >&2; exit 1; } ;;
  load) cat > /dev/null; sleep 1; touch "$FAKE/loaded" ;;
  *) echo "not to be asked" >&2; exit 1 ;;
esac
`;

test("of two that want the node image at once, one makes it, and the other waits and uses it", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "docker"), docker);
    await chmod(join(folder, "bin", "docker"), 0o755);
    const cache = join(folder, "cache");
    const binary = { path: "/nowhere", key: "1" };
    const context = {
      cache,
      env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, FAKE: folder },
      binaries: { kubernetes: binary, etcd: binary, coredns: binary, pause: binary },
    };
    const { layers } = imageFolders(cache);
    await mkdir(layers, { recursive: true });
    const debian = join(layers, `debian-${debianKey()}.tar`);
    await writeFile(debian, "a layer");
    const calls = async () => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");

    // It is not there, and what it would be made of neither: what it would be called is all that comes of this.
    await assert.rejects(ensureNodeImage(context));
    const reference = (await calls())[0]?.split(" ").at(-1) ?? "";
    const [repository, tag = ""] = reference.split(":");
    assert.equal(repository, nodeImageRepository);
    await rm(join(folder, "calls"));
    await rm(join(folder, "loaded"), { force: true });
    // Its layers are in the cache: the first one loads them into Docker.
    const kept = [await layerOfTar(debian)];
    await writeFile(join(layers, `node-${tag.split("-").at(-1) ?? ""}.json`), JSON.stringify(kept));

    const told: string[][] = [[], []];
    const made = await Promise.all(
      told.map((lines) =>
        ensureNodeImage({ ...context, onProgress: (detail) => lines.push(detail) }),
      ),
    );
    assert.deepEqual(made, [reference, reference]);
    const asked = await calls();
    assert.equal(asked.filter((call) => call.startsWith("load")).length, 1, asked.join("\n"));
    assert.equal(told.flat().filter((line) => line.startsWith("loading ")).length, 1);
  }));
