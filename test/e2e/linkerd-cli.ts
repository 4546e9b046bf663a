import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { ensureArtifact } from "../../toolchain/artifact.ts";
import { linkerdCli } from "../../toolchain/tools/linkerd.ts";

/** Environment variable with the path of a `linkerd`, for images of another release than the one that is built here. */
export const cliVariable = "LINKERD_CLI";

/** Linkerd's own command line. */
export interface LinkerdCli {
  readonly program: string;
  /** Such as `edge-26.1.1`. */
  readonly version: string;
}

/** The command line that the environment names, else the one that is built here. */
export async function linkerdProgram(env: Readonly<Record<string, string>>): Promise<LinkerdCli> {
  const named = process.env[cliVariable] ?? "";
  const program = named === "" ? await built(env) : named;
  const { stdout } = await execa(program, ["version", "--client", "--short"]);
  return { program, version: stdout.trim() };
}

async function built(env: Readonly<Record<string, string>>): Promise<string> {
  const { folder } = await ensureArtifact(linkerdCli, {
    cache: cacheDirectory(env),
    env,
    onProgress: () => undefined,
  });
  return path.join(folder, "linkerd");
}
