import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { unzip } from "../../../toolchain/zip.ts";
import { withFolder } from "./folder.ts";

/** A zip archive as the format's description has it; checksums are left out, nothing here reads them. */
function zip(files: Readonly<Record<string, string>>, comment = ""): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    // Both ways in which entries are stored.
    const method = index % 2 === 0 ? 8 : 0;
    const content = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(Buffer.byteLength(text), 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), content);
    directory.push(entry, Buffer.from(name));
    offset += local.length + Buffer.byteLength(name) + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)]);
}

describe("unpacking a module's archive", () => {
  const strip = "golang.org/toolchain@v1/";

  for (const comment of ["", "a comment at the end"]) {
    test(`files below the module's name${comment && ", with a comment"}`, () =>
      withFolder(async (folder) => {
        const archive = join(folder, "a.zip");
        const long = "package main\n".repeat(1000);
        await writeFile(
          archive,
          zip({ [`${strip}bin/go`]: long, [`${strip}VERSION`]: "1" }, comment),
        );
        await unzip(archive, join(folder, "out"), { strip, remove: true });
        assert.equal(await readFile(join(folder, "out", "bin", "go"), "utf8"), long);
        assert.equal(await readFile(join(folder, "out", "VERSION"), "utf8"), "1");
        assert.deepEqual(await readdir(folder), ["out"]);
      }));
  }

  test("an entry that would lie outside is refused", () =>
    withFolder(async (folder) => {
      const archive = join(folder, "a.zip");
      await writeFile(archive, zip({ [`${strip}../../evil`]: "x" }));
      await assert.rejects(
        unzip(archive, join(folder, "out"), { strip }),
        /leads out of the archive/,
      );
    }));

  test("something else is not a zip archive", () =>
    withFolder(async (folder) => {
      const archive = join(folder, "a.zip");
      await writeFile(archive, "<html>".repeat(100));
      await assert.rejects(unzip(archive, folder, { strip }), /is not a zip archive/);
    }));
});
