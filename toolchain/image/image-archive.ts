import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { pack, type Pack } from "tar-stream";
import { addEntry, fixedTime, header, type Layer } from "./layer.ts";

/** How an image runs. The names are those of the image format. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly StopSignal?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** An image: a name, layers from the bottom up, and how to run it. */
export interface Image {
  readonly reference: string;
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

/** Returns the image's configuration document. Its digest is the image's ID. */
export function imageConfigJson(image: Image): string {
  return JSON.stringify({
    architecture: imageArchitecture(),
    os: "linux",
    created: fixedTime.toISOString(),
    config: image.config,
    rootfs: { type: "layers", diff_ids: image.layers.map((layer) => layer.diffId) },
    history: image.layers.map(() => ({
      created: fixedTime.toISOString(),
      created_by: "linkerd-topology",
    })),
  });
}

/** Returns the image format's name for this machine's processor. */
export function imageArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

/**
 * Streams the images in the format of `docker save`, which `docker load` and containerd's `ctr images
 * import` read. A layer that several images share is written once.
 */
export function imageArchiveStream(images: readonly Image[]): Pack {
  const tar = pack();
  fill(tar, images).catch((error: unknown) => tar.destroy(error as Error));
  return tar;
}

export async function writeImageArchive(images: readonly Image[], to: string): Promise<void> {
  await pipeline(imageArchiveStream(images), createWriteStream(to));
}

async function fill(tar: Pack, images: readonly Image[]): Promise<void> {
  const layers = new Map(
    images.flatMap((image) => image.layers.map((layer) => [layer.diffId, layer])),
  );
  for (const layer of layers.values()) {
    const head = header(layerName(layer), { size: layer.size, mode: 0o644 });
    await addEntry(tar, head, { file: layer.path });
  }
  const manifest: { Config: string; RepoTags: string[]; Layers: string[] }[] = [];
  const configs = new Set<string>();
  for (const image of images) {
    const config = imageConfigJson(image);
    const name = `${createHash("sha256").update(config).digest("hex")}.json`;
    if (!configs.has(name)) await addFile(tar, name, config);
    configs.add(name);
    manifest.push({
      Config: name,
      RepoTags: [image.reference],
      Layers: image.layers.map(layerName),
    });
  }
  await addFile(tar, "manifest.json", JSON.stringify(manifest));
  tar.finalize();
}

async function addFile(tar: Pack, name: string, content: string): Promise<void> {
  await addEntry(tar, header(name, { size: Buffer.byteLength(content), mode: 0o644 }), content);
}

function layerName(layer: Layer): string {
  return `${layer.diffId.replace("sha256:", "")}.tar`;
}
