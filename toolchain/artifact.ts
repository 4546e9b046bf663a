import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOnce } from "./cache.ts";
import { ensureGo } from "./go.ts";
import { buildGoProgram, type GoBuildContext } from "./go-build.ts";
import { goFolder, inputsOf, shortHash, type GoProgram } from "./go-program.ts";
import { formatDuration, type OnProgress } from "./progress.ts";

/** A folder of the cache that is made from Go modules: programs, and what programs write. */
export interface Artifact {
  readonly name: string;
  /** The version that it stands for; part of its place in the cache. */
  readonly version: string;
  readonly programs: readonly GoProgram[];
  /** Modules (below `toolchain/go`) of which no program, but files are taken. */
  readonly modules?: readonly string[];
  /** What else its content depends on. */
  readonly inputs?: readonly string[];
  /** The last step, when its programs are built. */
  readonly finish?: (folder: string, context: GoBuildContext) => Promise<void>;
}

/** An artifact that is there. */
export interface Made {
  readonly folder: string;
  /** Changes when its content may: version and hash of the inputs. */
  readonly key: string;
}

/** What making artifacts takes. */
export interface MakeContext {
  /** The package's cache folder. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: OnProgress;
}

/** The place of an artifact in the cache, whether it is there or not. */
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
 * @throws when there is no Go, a module can't be had, or does not build.
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
      // One after the other: the Go compiler takes every core by itself.
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
