import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOnce } from "./cache.ts";
import { ensureGo } from "./go.ts";
import { buildGoProgram, type GoBuildContext } from "./go-build.ts";
import { goFolder, inputsOf, shortHash, type GoProgram } from "./go-program.ts";
import { formatDuration, type OnProgress } from "./progress.ts";

/** A folder in the cache that is built from Go modules: programs, or files that such programs write. */
export interface Artifact {
  readonly name: string;
  /** The upstream version of the content. It is part of the folder's name. */
  readonly version: string;
  readonly programs: readonly GoProgram[];
  /** Modules (below `toolchain/go`) that provide files but no program. */
  readonly modules?: readonly string[];
  /** Other text that the content depends on. */
  readonly inputs?: readonly string[];
  /** Runs last, after all programs are built. */
  readonly finish?: (folder: string, context: GoBuildContext) => Promise<void>;
}

/** An artifact of one Go program, which has its name and is the main package of the module of that name. */
export function oneProgram(name: string, version: string): Artifact {
  return { name, version, programs: [{ module: name, binary: name }] };
}

export interface Made {
  readonly folder: string;
  /** Version and hash of the inputs. It changes when the content may change. */
  readonly key: string;
}

/** The context in which artifacts are built. */
export interface MakeContext {
  /** The package's cache folder. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: OnProgress;
}

/** Returns the folder and the key of an artifact, whether it exists or not. */
export async function placeOf(artifact: Artifact, cache: string): Promise<Made> {
  const programs = await Promise.all(artifact.programs.map((program) => inputsOf(program)));
  const modules = await Promise.all(
    (artifact.modules ?? []).flatMap((module) =>
      ["go.mod", "go.sum"].map((file) => readFile(join(goFolder, module, file), "utf8")),
    ),
  );
  const inputs = shortHash([...programs, ...modules, ...(artifact.inputs ?? [])]);
  const key = `${artifact.version.replace(/^v/, "")}-${inputs}`;
  return { folder: join(cache, "tools", artifact.name, key), key };
}

/**
 * Builds an artifact unless the cache has it.
 *
 * @throws if Go is missing, a module cannot be downloaded, or the build fails.
 */
export async function ensureArtifact(artifact: Artifact, context: MakeContext): Promise<Made> {
  const place = await placeOf(artifact, context.cache);
  const started = Date.now();
  const step = artifact.name;
  const say = (detail: string) => context.onProgress({ step, state: "progress", detail });
  const madeNow = await makeOnce(
    place.folder,
    async (unfinished) => {
      context.onProgress({ step, state: "start", detail: `${artifact.version} from Go modules` });
      const go = await ensureGo(context.cache, context.env, context.onProgress);
      const build: GoBuildContext = { go, env: context.env, onProgress: say };
      // Build sequentially: the Go compiler uses every core by itself.
      for (const program of artifact.programs) await buildGoProgram(program, unfinished, build);
      await artifact.finish?.(unfinished, build);
    },
    say,
  );
  if (madeNow) {
    const took = formatDuration(Date.now() - started);
    context.onProgress({ step, state: "done", detail: `${artifact.version} in ${took}` });
  } else {
    context.onProgress({ step, state: "skipped", detail: `${artifact.version} is in the cache` });
  }
  return place;
}
