import { execa } from "execa";
import { pipeline } from "node:stream/promises";
import { timeLimits } from "../../system/time-limits.ts";
import type { ImageContext } from "./context.ts";
import { imageArchiveStream, type Image } from "./image-archive.ts";

/** Whether Docker has an image. @throws if Docker doesn't say. */
export async function dockerHasImage(
  reference: string,
  env: ImageContext["env"],
): Promise<boolean> {
  return (await dockerInspect(reference, "{{.Id}}", env)) !== undefined;
}

/**
 * What Docker says of an image.
 *
 * @param format Go template
 * @returns undefined if Docker has no such image
 * @throws if Docker doesn't say.
 */
export async function dockerInspect(
  reference: string,
  format: string,
  env: ImageContext["env"],
): Promise<string | undefined> {
  const found = await execa("docker", ["image", "inspect", "--format", format, reference], {
    env,
    reject: false,
    timeout: timeLimits.dockerCommand,
  });
  if (found.exitCode === 0) return found.stdout;
  if (/no such image/i.test(found.stderr)) return undefined;
  throw new Error(
    `docker image inspect ${reference}: ${found.stderr || found.message || "no answer"}`,
  );
}

export async function dockerLoad(
  images: readonly Image[],
  env: ImageContext["env"],
): Promise<void> {
  const load = execa("docker", ["load", "--quiet"], { env, timeout: timeLimits.imageBuildStep });
  await Promise.all([pipeline(imageArchiveStream(images), load.stdin), load]);
}

/** Removes an image, unless a container uses it. */
export async function dockerRemove(reference: string, env: ImageContext["env"]): Promise<void> {
  await execa("docker", ["image", "rm", reference], {
    env,
    reject: false,
    timeout: timeLimits.dockerCommand,
  });
}
