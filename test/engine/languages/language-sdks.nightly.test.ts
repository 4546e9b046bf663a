import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { filesBelow } from "../../left-files.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { sdkSchema } from "../../../scripts/sdk-schema.ts";
import { ensureArtifact } from "../../../toolchain/artifact.ts";
import { sdkGenerator } from "../../../toolchain/tools/pulumi-languages.ts";
import { root } from "./language-program.ts";

describe("the SDKs for other languages", { timeout: 900_000 }, () => {
  let directory: string;

  before(async () => {
    directory = await temporaryDirectory("engine-test");
    await execa(process.execPath, [path.join(root, "scripts/language-sdks.ts"), directory]);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const folder of ["python", "go/linkerdtopology"]) {
    test(`are what the package schema makes them: run \`npm run language-sdks\` (${folder})`, async () => {
      const committed = await committedFiles(path.join(root, "sdks", folder));
      const generated = await texts(path.join(directory, folder));
      assert.ok(generated.size > 5);
      assert.deepEqual([...committed.keys()], [...generated.keys()]);
      for (const [name, text] of generated) assert.equal(committed.get(name), text, name);
    });
  }

  // No SDK of these is committed. Their generators refuse what their languages can't express.
  for (const [language, extension] of [
    ["dotnet", "cs"],
    ["java", "java"],
  ] as const) {
    test(`can be made for ${language} too`, async () => {
      const folder = path.join(directory, language);
      const { folder: tool } = await ensureArtifact(sdkGenerator, {
        cache: cacheDirectory(),
        env: process.env,
        onProgress: () => undefined,
      });
      const input = JSON.stringify(sdkSchema());
      await execa(path.join(tool, "pulumi-sdks"), [language, folder], { input });
      const names = [...(await texts(folder)).keys()].map((name) => path.basename(name));
      for (const token of Object.keys(sdkSchema().resources)) {
        const [name = ""] = token.split(":").slice(-1);
        assert.ok(names.includes(`${name}.${extension}`), name);
      }
    });
  }
});

/** What is in a folder of the checkout, but for what git ignores: pip leaves what it builds there. */
async function committedFiles(folder: string): Promise<Map<string, string>> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await execa("git", args, { cwd: folder });
  const read = async (name: string) =>
    [name, await readFile(path.join(folder, name), "latin1")] as const;
  return new Map(await Promise.all(stdout.split("\n").sort().map(read)));
}

async function texts(folder: string): Promise<Map<string, string>> {
  const files = await filesBelow(folder);
  const named = files.map(({ name, text }) => [name, text] as const);
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
