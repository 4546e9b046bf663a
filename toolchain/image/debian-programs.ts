import { execa } from "execa";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { timeLimits } from "../../system/time-limits.ts";
import type { ImageContext } from "./context.ts";
import { debianKey, ensureDebianLayer } from "./debian.ts";
import { imageArchiveStream } from "./image-archive.ts";
import { layerOfTar, type Layer } from "./layer.ts";

const scripts = join(import.meta.dirname, "probe");
const script = "programs.sh";

/** Key of the layer. It changes when the layer would change. */
export async function debianProgramsKey(programs: readonly string[]): Promise<string> {
  return [debianKey(), ...programs, await readFile(join(scripts, script), "utf8")].join("\n");
}

/**
 * Builds a layer with programs from the node's Debian and the libraries that each is linked with.
 *
 * @param programs - names in `/usr/bin` of that system
 * @param folder - where the layer is written
 * @throws if that system neither exists nor can be built, or if Docker fails.
 */
export async function debianPrograms(
  programs: readonly string[],
  folder: string,
  context: ImageContext,
): Promise<Layer> {
  const debian = await layerOfTar(await ensureDebianLayer(context));
  // Use a separate name, because building the node image removes the image that it works with.
  const image = `linkerd-topology/debian-programs:${debianKey()}`;
  const path = join(folder, "debian-programs.tar");
  const { env } = context;
  const limit = { env, timeout: timeLimits.imageBuildStep };
  try {
    const load = execa("docker", ["load", "--quiet"], limit);
    const archive = imageArchiveStream([{ reference: image, layers: [debian], config: {} }]);
    await Promise.all([pipeline(archive, load.stdin), load]);
    const args = ["run", "--rm", "--network", "none", "--volume", `${scripts}:/build:ro`, image];
    const run = execa("docker", [...args, `/build/${script}`, ...programs], {
      ...limit,
      buffer: { stdout: false },
    });
    await Promise.all([pipeline(run.stdout, createWriteStream(path)), run]);
  } finally {
    await execa("docker", ["image", "rm", image], { env, reject: false });
  }
  return await layerOfTar(path);
}
