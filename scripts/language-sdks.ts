/** Writes the SDKs for other languages into sdks/, out of the package schema. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { cacheDirectory } from "../system/cache-directory.ts";
import { ensureArtifact } from "../toolchain/artifact.ts";
import { sdkGenerator } from "../toolchain/tools/pulumi-languages.ts";
import { sdkSchema } from "./sdk-schema.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @param folder what takes the place of sdks/, for a test that compares */
async function writeSdks(folder: string): Promise<void> {
  const made = await ensureArtifact(sdkGenerator, {
    cache: cacheDirectory(),
    env: process.env,
    onProgress: ({ step, detail }) => process.stderr.write(`${step}: ${detail}\n`),
  });
  for (const [language, target] of [
    ["python", path.join(folder, "python")],
    // go.mod, beside it, is not generated.
    ["go", path.join(folder, "go/linkerdtopology")],
  ] as const) {
    await rm(target, { recursive: true, force: true });
    await execa(path.join(made.folder, "pulumi-sdks"), [language, target], {
      input: JSON.stringify(sdkSchema()),
    });
    process.stdout.write(`${path.relative(root, target)}\n`);
  }
}

await writeSdks(path.resolve(root, process.argv[2] ?? "sdks"));
