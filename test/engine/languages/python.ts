import { cp } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { makeOnce } from "../../../toolchain/cache.ts";
import { pulumi } from "../../../toolchain/tools/pulumi.ts";
import { root } from "./language-program.ts";

const { exitCode } = await execa("python3", ["-m", "venv", "--help"], { reject: false });

/** Why nothing in Python can be run; false where it can. */
export const noPython = exitCode !== 0 && "the machine has no python3 with venv";

const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];

export const example = path.join(root, "examples/python/two_clusters.py");

export const componentsExample = path.join(root, "examples/python/components.py");

/**
 * Installs the SDK of the package, as a person does.
 *
 * @param sdk its folder. @default the checkout's
 * @returns what PYTHONPATH has to be
 */
export async function installSdk(
  python: string,
  directory: string,
  sdk = path.join(root, "sdks/python"),
): Promise<string> {
  // pip leaves what it builds beside the sources.
  const copy = path.join(directory, "sdk");
  await cp(sdk, copy, { recursive: true });
  const target = path.join(directory, "packages");
  await execa(python, [...pip, "--no-deps", "--target", target, copy]);
  return target;
}

/** A Python with Pulumi's SDK in it. @returns the interpreter */
export async function pythonWithPulumi(): Promise<string> {
  const folder = path.join(cacheDirectory(), "tools", "python-pulumi", pulumi.version);
  await makeOnce(folder, async (unfinished) => {
    await execa("python3", ["-m", "venv", unfinished]);
    const packages = [`pulumi==${pulumi.version}`, "parver"];
    await execa(path.join(unfinished, "bin/python"), [...pip, ...packages]);
  });
  return path.join(folder, "bin/python");
}
