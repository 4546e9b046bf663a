import { execa } from "execa";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import type { Go } from "./go.ts";
import { buildArguments, goFolder, type GoProgram, type ModuleFile } from "./go-program.ts";
import { formatDuration } from "./progress.ts";

/** How often the progress of a build is reported. */
const tellEvery = 5_000;
const shownLines = 20;

export interface GoBuildContext {
  readonly go: Go;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (detail: string) => void;
}

/**
 * Builds a program into a folder.
 *
 * @throws with the end of the compiler's output.
 */
export async function buildGoProgram(
  program: GoProgram,
  folder: string,
  context: GoBuildContext,
): Promise<void> {
  const cwd = join(goFolder, program.module);
  const overlay = await writeOverlay(program, folder, cwd, context);
  const started = Date.now();
  let packages = 0;
  const running = execa(
    context.go.command,
    buildArguments(program, join(folder, program.binary), overlay),
    {
      cwd,
      env: goEnvironment(context),
      extendEnv: false,
      timeout: timeLimits.toolBuild,
      reject: false,
      all: true,
    },
  );
  running.all.on("data", (chunk: Buffer) => (packages += chunk.toString().split("\n").length - 1));
  const tell = setInterval(() => {
    const done = packages === 0 ? "" : `, ${packages} packages compiled`;
    context.onProgress(`${program.binary}, ${formatDuration(Date.now() - started)}${done}`);
  }, tellEvery);
  try {
    const built = await running;
    if (built.exitCode === 0) return;
    const last = built.all.trimEnd().split("\n").slice(-shownLines).join("\n  ");
    const how = built.timedOut ? "took too long" : "failed";
    throw new Error(
      `go build of ${program.binary} (toolchain/go/${program.module}) ${how}:\n  ${last}`,
    );
  } finally {
    clearInterval(tell);
    if (overlay !== undefined) await rm(overlay, { force: true });
  }
}

/**
 * Environment of every `go` call: the caller's mirror settings, and nothing that changes the result.
 */
function goEnvironment({ go, env }: GoBuildContext): Record<string, string | undefined> {
  return { ...env, ...go.env, CGO_ENABLED: "0", GO111MODULE: "on" };
}

/**
 * Returns the folder of a module's source in Go's module cache. Downloads the module if it is missing
 * and verifies it against go.sum.
 */
export async function moduleFolder(
  requiredBy: string,
  module: string,
  context: Pick<GoBuildContext, "go" | "env">,
): Promise<string> {
  const asked = await execa(context.go.command, ["mod", "download", "-json", module], {
    cwd: join(goFolder, requiredBy),
    env: goEnvironment({ ...context, onProgress: () => undefined }),
    extendEnv: false,
    timeout: timeLimits.goModuleDownload,
    reject: false,
  });
  const answer = JSON.parse(asked.stdout === "" ? "{}" : asked.stdout) as {
    Dir?: string;
    Error?: string;
  };
  if (answer.Dir !== undefined && asked.exitCode === 0) return answer.Dir;
  throw new Error(`Go module ${module} cannot be downloaded: ${answer.Error ?? asked.stderr}`);
}

/**
 * An overlay makes Go read `//go:embed` files from elsewhere, so nothing is written to the checkout.
 */
async function writeOverlay(
  program: GoProgram,
  folder: string,
  cwd: string,
  context: GoBuildContext,
): Promise<string | undefined> {
  if (program.embeds === undefined) return undefined;
  const replaced = await Promise.all(
    Object.entries(program.embeds).map(async ([name, { module, path }]: [string, ModuleFile]) => {
      const from = await moduleFolder(program.module, module, context);
      return [join(cwd, name), join(from, path)] as const;
    }),
  );
  const overlay = join(folder, ".overlay.json");
  await writeFile(overlay, JSON.stringify({ Replace: Object.fromEntries(replaced) }));
  return overlay;
}
