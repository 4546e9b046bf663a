import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Readable } from "node:stream";
import fc from "fast-check";
import { extract } from "tar-stream";
import { assertEach } from "../../assert-each.ts";
import { imageConfigJson, writeImageArchive } from "../../../toolchain/image/image-archive.ts";
import {
  layerOfTar,
  parentDirectories,
  writeLayer,
  type LayerEntry,
} from "../../../toolchain/image/layer.ts";

interface Read {
  type: string;
  mode: number;
  uid: number;
  mtime: number;
  link: string | null;
  content: Buffer;
}

async function readTar(from: AsyncIterable<Buffer>): Promise<Map<string, Read>> {
  const tar = extract();
  const found = new Map<string, Read>();
  Readable.from(from).pipe(tar);
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    const { name, type, mode, uid, mtime, linkname } = entry.header;
    assert.equal(found.has(name), false, `${name} is in the tar once`);
    found.set(name, {
      type,
      mode,
      uid,
      mtime: mtime.getTime(),
      link: linkname,
      content: Buffer.concat(chunks),
    });
  }
  return found;
}

const readTarFile = (path: string) => readTar(createReadStream(path) as AsyncIterable<Buffer>);

describe("layers", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "layer-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  test("a program, a link and a directory arrive with their modes, and parents before children", async () => {
    const program = join(folder, "program");
    await writeFile(program, "x".repeat(100_000));
    const layer = await writeLayer(
      [
        { path: "usr/local/bin/tool", file: program, mode: 0o755 },
        { path: "usr/local/bin/alias", link: "tool" },
        { path: "tmp", directory: true, mode: 0o1777 },
        { path: "etc/hostname", content: "näme" },
      ],
      join(folder, "a.tar"),
    );
    const read = await readTarFile(layer.path);
    assert.deepEqual(
      [...read].map(([name, { type, mode }]) => [name, type, mode.toString(8)]),
      [
        ["etc/", "directory", "755"],
        ["usr/", "directory", "755"],
        ["usr/local/", "directory", "755"],
        ["usr/local/bin/", "directory", "755"],
        ["etc/hostname", "file", "644"],
        ["tmp/", "directory", "1777"],
        ["usr/local/bin/alias", "symlink", "777"],
        ["usr/local/bin/tool", "file", "755"],
      ],
    );
    assert.equal(read.get("usr/local/bin/alias")?.link, "tool");
    assert.equal(read.get("etc/hostname")?.content.toString(), "näme");
    assert.equal(read.get("usr/local/bin/tool")?.content.length, 100_000);
    assertEach(
      "entries of nobody and no time",
      read.values(),
      ({ uid, mtime }) => uid === 0 && mtime === 0,
    );
  });

  test("what a layer says of itself is what lies on disk", async () => {
    const layer = await writeLayer([{ path: "a", content: "b" }], join(folder, "b.tar"));
    const bytes = await readFile(layer.path);
    assert.equal(layer.diffId, `sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    assert.equal(layer.size, bytes.length);
    assert.deepEqual(await layerOfTar(layer.path), layer);
  });

  test("any files come back as they were, whatever their order (property)", async () => {
    const name = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 12 }).map((parts) => parts.join("/"));
    const files = fc
      .dictionary(path, fc.string({ maxLength: 2000 }), { maxKeys: 8 })
      // A file can't be a directory at the same time.
      .filter((given) => {
        const paths = Object.keys(given);
        return !paths.some((a) => paths.some((b) => b.startsWith(`${a}/`)));
      });
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (given, reversed) => {
        const entries: LayerEntry[] = Object.entries(given).map(([path, content]) => ({
          path,
          content,
        }));
        const one = await writeLayer(entries, join(folder, "p.tar"));
        const two = await writeLayer(
          reversed ? entries.toReversed() : entries,
          join(folder, "q.tar"),
        );
        assert.equal(one.diffId, two.diffId);
        const read = await readTarFile(one.path);
        const back = [...read].filter(([, { type }]) => type === "file");
        assert.deepEqual(
          Object.fromEntries(back.map(([path, { content }]) => [path, content.toString()])),
          { ...given },
        );
      }),
      { numRuns: 50 },
    );
  });

  for (const [path, why] of [
    ["/etc/passwd", /no plain path/],
    ["../outside", /no plain path/],
    ["a/../b", /no plain path/],
    ["a", /given twice/],
  ] as const) {
    test(`refuses ${path}`, async () => {
      const entries = [
        { path: "a", content: "" },
        { path, content: "" },
      ];
      await assert.rejects(writeLayer(entries, join(folder, "no.tar")), why);
    });
  }

  test("a program that is not there fails the layer with its path", async () => {
    const missing = join(folder, "missing");
    const entries = [{ path: "bin/x", file: missing }];
    await assert.rejects(writeLayer(entries, join(folder, "no.tar")), /ENOENT.*missing/);
  });

  test("parent directories are listed once, shortest first", () => {
    assert.deepEqual(parentDirectories(["a/b/c", "a/b/d", "e", "x/y"]), ["a", "a/b", "x"]);
  });

  test("an archive names its images, and holds a layer that two of them share once", async () => {
    const shared = await writeLayer([{ path: "shared", content: "s" }], join(folder, "s.tar"));
    const own = await writeLayer([{ path: "own", content: "o" }], join(folder, "o.tar"));
    const one = {
      reference: "localhost/one:1",
      layers: [shared],
      config: { Entrypoint: ["/one"] },
    };
    const two = {
      reference: "localhost/two:2",
      layers: [shared, own],
      config: { Labels: { a: "b" }, StopSignal: "SIGRTMIN+3" },
    };
    const path = join(folder, "images.tar");
    await writeImageArchive([one, two], path);
    const read = await readTarFile(path);
    const tars = [...read.keys()].filter((name) => name.endsWith(".tar"));
    assert.equal(tars.length, 2);
    const manifest = JSON.parse(read.get("manifest.json")?.content.toString() ?? "") as {
      Config: string;
      RepoTags: string[];
      Layers: string[];
    }[];
    assert.deepEqual(
      manifest.map(({ RepoTags, Layers }) => [RepoTags, Layers.length]),
      [
        [["localhost/one:1"], 1],
        [["localhost/two:2"], 2],
      ],
    );
    for (const [index, image] of [one, two].entries()) {
      const { Config, Layers } = manifest[index] ?? assert.fail();
      assert.equal(read.get(Config)?.content.toString(), imageConfigJson(image));
      const config = JSON.parse(imageConfigJson(image)) as { rootfs: { diff_ids: string[] } };
      const digests = Layers.map((name) => {
        const content = read.get(name)?.content ?? assert.fail();
        return `sha256:${createHash("sha256").update(content).digest("hex")}`;
      });
      assert.deepEqual(config.rootfs.diff_ids, digests);
    }
  });

  test("an archive of a layer that is gone fails", async () => {
    const layer = { path: join(folder, "gone.tar"), diffId: "sha256:0", size: 3 };
    const images = [{ reference: "localhost/x:1", layers: [layer], config: {} }];
    await assert.rejects(writeImageArchive(images, join(folder, "x.tar")), /gone\.tar/);
  });
});
