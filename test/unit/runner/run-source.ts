import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import type { LayerResult } from "../../runner/layers.ts";

const layers = path.resolve(import.meta.dirname, "../../runner/layers.ts");

/** Runs the source of a test file as a layer. It must not look like a part of this test's own run. */
export async function runSource(source: string, options: object = {}): Promise<LayerResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "results-"));
  try {
    const file = path.join(folder, "x.test.mjs");
    await writeFile(file, source);
    const program = `
      import { runTests } from ${JSON.stringify(layers)};
      console.log("\\n" + JSON.stringify(await runTests([${JSON.stringify(file)}], ${JSON.stringify({ concurrency: 1, ...options })})));`;
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"];
    const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", program], {
      env,
      extendEnv: false,
    });
    return JSON.parse(stdout.split("\n").at(-1) ?? "") as LayerResult;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
