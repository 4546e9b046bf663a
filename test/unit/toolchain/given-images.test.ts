import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { readGivenImages, readReferences } from "../../../toolchain/given-images.ts";
import { withFolder } from "./folder.ts";

async function archive(path: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry({ name }, typeof content === "string" ? content : JSON.stringify(content));
  }
  tar.finalize();
  if (path.endsWith("gz")) await pipeline(tar, createGzip(), createWriteStream(path));
  else await pipeline(tar, createWriteStream(path));
  return path;
}

const saved = [{ Config: "a.json", RepoTags: ["cr.l5d.io/linkerd/proxy:edge-26.1.1"], Layers: [] }];
const layout = (annotations: Record<string, string>) => ({
  schemaVersion: 2,
  manifests: [{ digest: "sha256:00", annotations }],
});

describe("the images in an archive", () => {
  for (const [name, files, references] of [
    [
      "docker save",
      { "layer.tar": "x".repeat(5000), "manifest.json": saved },
      ["cr.l5d.io/linkerd/proxy:edge-26.1.1"],
    ],
    [
      "docker save with a leading ./",
      { "./manifest.json": saved },
      ["cr.l5d.io/linkerd/proxy:edge-26.1.1"],
    ],
    [
      "an OCI layout named by containerd",
      { "index.json": layout({ "io.containerd.image.name": "docker.io/kindest/node:v1.34.2" }) },
      ["docker.io/kindest/node:v1.34.2"],
    ],
    [
      "an OCI layout named in full",
      {
        "index.json": layout({
          "org.opencontainers.image.ref.name": "registry.k8s.io/pause:3.10.1",
        }),
      },
      ["registry.k8s.io/pause:3.10.1"],
    ],
    [
      "an OCI layout with a bare tag",
      { "index.json": layout({ "org.opencontainers.image.ref.name": "v1" }) },
      [],
    ],
    [
      "both descriptions of the same image",
      {
        "index.json": layout({ "io.containerd.image.name": "cr.l5d.io/linkerd/proxy:edge-26.1.1" }),
        "manifest.json": saved,
      },
      ["cr.l5d.io/linkerd/proxy:edge-26.1.1"],
    ],
    [
      "an image without a name",
      { "manifest.json": [{ Config: "a.json", RepoTags: null, Layers: [] }] },
      [],
    ],
  ] as const) {
    test(name, () =>
      withFolder(async (folder) => {
        assert.deepEqual(
          await readReferences(await archive(join(folder, "a.tar"), files)),
          references,
        );
      }),
    );
  }

  test("compressed", () =>
    withFolder(async (folder) => {
      const path = await archive(join(folder, "a.tar.gz"), { "manifest.json": saved });
      assert.deepEqual(await readReferences(path), ["cr.l5d.io/linkerd/proxy:edge-26.1.1"]);
    }));

  test("an archive of something else says so, with its name", () =>
    withFolder(async (folder) => {
      const path = await archive(join(folder, "home.tar"), { "notes.txt": "hello" });
      await assert.rejects(readReferences(path), /home\.tar is not an archive of images/);
    }));

  test("a manifest that is not valid JSON says so, with the archive's name", () =>
    withFolder(async (folder) => {
      const path = await archive(join(folder, "bad.tar"), { "manifest.json": "[{" });
      await assert.rejects(
        readReferences(path),
        /bad\.tar is not an archive of images: its manifest\.json/,
      );
    }));

  test("a description of another form names no images", () =>
    withFolder(async (folder) => {
      const path = await archive(join(folder, "odd.tar"), {
        "manifest.json": [null, 1, { RepoTags: "a" }, { RepoTags: [1] }],
        "index.json": { manifests: [null, { annotations: null }] },
      });
      assert.deepEqual(await readReferences(path), []);
    }));

  test("a file that is no archive says so, with its name", () =>
    withFolder(async (folder) => {
      const path = join(folder, "broken.tar");
      await writeFile(path, Buffer.alloc(4096, 7));
      await assert.rejects(readReferences(path), /broken\.tar is not an archive of images/);
    }));
});

describe("a directory of images", () => {
  test("its archives, in the order of their names, and nothing else", () =>
    withFolder(async (folder) => {
      await archive(join(folder, "b.tar"), { "manifest.json": saved });
      await archive(join(folder, "a.tgz"), { "manifest.json": saved });
      await writeFile(join(folder, "README"), "words");
      const given = await readGivenImages(folder);
      assert.deepEqual(
        given.map(({ path }) => path),
        [join(folder, "a.tgz"), join(folder, "b.tar")],
      );
    }));

  test("that holds other things too: each is named at once, with why and what to do", () =>
    withFolder(async (folder) => {
      const whole = await archive(join(folder, "good.tar"), { "manifest.json": saved });
      await archive(join(folder, "home.tar"), { "notes.txt": "hello" });
      const layers = { "layer.tar": "x".repeat(50_000), "manifest.json": saved };
      const cut = await archive(join(folder, "cut.tar"), layers);
      await truncate(cut, 20_000);
      const zipped = await archive(join(folder, "cut.tgz"), { "manifest.json": saved });
      await truncate(zipped, 60);
      await writeFile(join(folder, "empty.tar"), "");
      await mkdir(join(folder, "folder.tar"));
      execFileSync("mkfifo", [join(folder, "pipe.tar")]);
      await assert.rejects(readGivenImages(folder), (error: Error) => {
        const lines = error.message.split("\n");
        assert.equal(lines[0], `IMAGES=${folder} has unusable files:`);
        assert.match(lines.at(-1) ?? "", /Write each of them again with "docker save -o FILE\.tar/);
        const told = lines.slice(1, -1).map((line) => line.trim().replace(`${folder}/`, ""));
        assert.deepEqual(told, [
          "cut.tar is not an archive of images: it is truncated",
          "cut.tgz is not an archive of images: it is truncated",
          "empty.tar is not an archive of images: it is empty",
          "folder.tar is not an archive of images: it is a directory, not a file",
          "home.tar is not an archive of images: it has neither manifest.json (docker save) nor index.json (OCI layout)",
          "pipe.tar is not an archive of images: it is a pipe, not a file",
        ]);
        return true;
      });
      await assert.rejects(
        readGivenImages(whole),
        /good\.tar can't be read: it is not a directory/,
      );
    }));

  test("that is not there: the message names it", async () => {
    await assert.rejects(
      readGivenImages("/nowhere/images"),
      /IMAGES=\/nowhere\/images can't be read/,
    );
  });

  test("without archives: the message says how to make one", () =>
    withFolder(async (folder) => {
      await assert.rejects(readGivenImages(folder), /has no archive .*docker save/);
    }));
});
