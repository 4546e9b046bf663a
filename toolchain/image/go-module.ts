import { execa } from "execa";
import { timeLimits } from "../../system/time-limits.ts";

/**
 * Returns the folder of a module's source in Go's module cache. Downloads the module if it is missing
 * and verifies it against the go.sum of the module that requires it.
 *
 * @param requiredBy - folder with the go.mod that pins the version
 */
export async function goModule(
  requiredBy: string,
  module: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const downloaded = await execa("go", ["mod", "download", "-json", module], {
    cwd: requiredBy,
    env,
    timeout: timeLimits.goModuleDownload,
    reject: false,
  });
  const { Dir, Error: problem } = JSON.parse(downloaded.stdout || "{}") as {
    Dir?: string;
    Error?: string;
  };
  if (Dir !== undefined) return Dir;
  throw new Error(`Go module ${module} cannot be downloaded: ${problem ?? downloaded.stderr}`);
}

/**
 * Returns the version of a module that a go.mod requires.
 *
 * @throws if the go.mod does not require the module.
 */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const [name, version] = line
      .replace(/^require\s+/, "")
      .trim()
      .split(/\s+/);
    if (name === module && version !== undefined && /^v\d/.test(version)) return version;
  }
  throw new Error(`the go.mod requires no ${module}`);
}
