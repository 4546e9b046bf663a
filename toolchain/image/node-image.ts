import { execa } from "execa";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createWriteStream } from "node:fs";
import { timeLimits } from "../../system/time-limits.ts";
import { lockBeside } from "../cache.ts";
import { withLock } from "../lock.ts";
import { buildScripts, componentImages, type NodeBinaries } from "./component-images.ts";
import { imageFolders, keyOf, type BuiltBinary, type ImageContext } from "./context.ts";
import { debianKey, ensureDebianLayer } from "./debian.ts";
import { dockerHasImage, dockerLoad, dockerRemove } from "./docker-images.ts";
import { writeImageArchive, type Image, type ImageConfig } from "./image-archive.ts";
import { goModule, requiredVersion } from "./go-module.ts";
import { layerOfTar, writeLayer, type Layer } from "./layer.ts";
import { nodeFiles, ownFilesForKey } from "./node-files.ts";
import { nodeProfile, nodeProfileLabel, type ComponentTags } from "./node-profile.ts";

export interface NodeImageContext extends ImageContext {
  readonly binaries: NodeBinaries;
}

/** Docker repository of the node images that are built here. */
export const nodeImageRepository = "linkerd-topology/node";

/** Whether a node image was built here, so that no registry has it. */
export function isNodeImageMadeHere(reference: string | undefined): boolean {
  return reference?.startsWith(`${nodeImageRepository}:`) === true;
}

const goPrograms = join(import.meta.dirname, "..", "go");

/**
 * Builds a node image for kind that needs no container registry, from Debian's packages, kind's base
 * files, and Kubernetes, etcd and CoreDNS built from their Go modules. It behaves like a published
 * image, with the exceptions in its profile.
 *
 * If Docker has the image, it is used. Otherwise the image is assembled from the layers in the cache;
 * missing layers are built, which takes some minutes. An interrupted run leaves nothing that a later
 * run could mistake for a finished image.
 *
 * @returns the reference for kind, such as `linkerd-topology/node:v1.34.2-5f0c...`
 * @throws with what could not be built and the output about it.
 */
export async function ensureNodeImage(context: NodeImageContext): Promise<string> {
  const tags = await componentTags();
  const key = keyOf(await nodeImageInputs(context, tags));
  const reference = `${nodeImageRepository}:${tags.kubernetes}-${key}`;
  if (await dockerHasImage(reference, context.env)) return reference;

  const { layers: folder } = imageFolders(context.cache);
  const description = join(folder, `node-${key}.json`);
  // One process at a time: the intermediate image in Docker has a fixed name.
  return withLock(
    lockBeside(description),
    async () => {
      if (await dockerHasImage(reference, context.env)) return reference;
      const debian = await layerOfTar(await ensureDebianLayer(context));
      const layers =
        (await keptLayers(description)) ??
        (await makeLayers(context, tags, debian, key, description));
      context.onProgress?.(`loading ${reference} into Docker`);
      await dockerLoad([nodeImage(reference, [debian, ...layers], tags)], context.env);
      return reference;
    },
    { onWait: context.onProgress },
  );
}

/** The image with the configuration of kind's base image, and the profile as a label. */
export function nodeImage(reference: string, layers: readonly Layer[], tags: ComponentTags): Image {
  const config: ImageConfig = {
    Entrypoint: ["/usr/local/bin/entrypoint", "/sbin/init"],
    Env: ["container=docker", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    // systemd halts orderly at this signal; at SIGTERM it re-executes itself.
    StopSignal: "SIGRTMIN+3",
    Labels: { [nodeProfileLabel]: JSON.stringify(nodeProfile(tags)) },
  };
  return { reference, layers, config };
}

/** Returns the tags of the component images, from the versions of the pinned Go modules. */
export async function componentTags(): Promise<ComponentTags> {
  const version = async (program: string, module: string) =>
    requiredVersion(await readFile(join(goPrograms, program, "go.mod"), "utf8"), module);
  const etcd = await version("etcd", "go.etcd.io/etcd/server/v3");
  return {
    repository: "localhost/linkerd-topology",
    kubernetes: await version("kubernetes", "k8s.io/kubernetes"),
    // kubeadm reads etcd's version from a tag of this form.
    etcd: `${etcd.replace(/^v/, "")}-0`,
    coredns: await version("coredns", "github.com/coredns/coredns"),
    pause: "3.10.1",
  };
}

/** Returns everything that the image depends on. Its key is computed from this. */
async function nodeImageInputs(context: NodeImageContext, tags: ComponentTags) {
  const image = nodeImage("", [], tags);
  return {
    tags,
    config: image.config,
    debian: debianKey(),
    kind: requiredVersion(
      await readFile(join(goPrograms, "kind", "go.mod"), "utf8"),
      "sigs.k8s.io/kind",
    ),
    binaries: Object.entries<BuiltBinary>({ ...context.binaries }).map(
      ([name, { key }]) => `${name} ${key}`,
    ),
    files: await ownFilesForKey(),
    // The code that turns them into layers.
    makers: await Promise.all(
      ["component-images.ts", "node-files.ts"].map(
        async (name) => await readFile(join(import.meta.dirname, name), "utf8"),
      ),
    ),
  };
}

async function keptLayers(description: string): Promise<Layer[] | undefined> {
  const text = await readFile(description, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const layers = JSON.parse(text) as Layer[];
  const sizes = await Promise.all(
    layers.map(({ path }) =>
      stat(path).then(
        (s) => s.size,
        () => -1,
      ),
    ),
  );
  return layers.every(({ size }, index) => sizes[index] === size) ? layers : undefined;
}

/** Builds the two layers above Debian in a temporary folder and moves them to the cache at the end. */
async function makeLayers(
  context: NodeImageContext,
  tags: ComponentTags,
  debian: Layer,
  key: string,
  description: string,
): Promise<Layer[]> {
  const { env } = context;
  const { layers: folder, work } = imageFolders(context.cache);
  await mkdir(work, { recursive: true });
  const here = await mkdtemp(join(work, "node-"));
  const debianImage = `linkerd-topology/debian:${debianKey()}`;
  try {
    if (!(await dockerHasImage(debianImage, env))) {
      await dockerLoad([{ reference: debianImage, layers: [debian], config: {} }], env);
    }
    context.onProgress?.("making the images of Kubernetes' components");
    const images = await componentImages(tags, context.binaries, debianImage, here, env);
    await mkdir(join(here, "archives"));
    await writeImageArchive(images, join(here, "archives", "components.tar"));
    context.onProgress?.("unpacking them into the node's store");
    const store = await preloadedStore(debianImage, here, env);
    const containerSpec = await execa(
      "docker",
      ["run", "--rm", "--network", "none", debianImage, "ctr", "oci", "spec"],
      { env },
    );
    const kind = await goModule(join(goPrograms, "kind"), "sigs.k8s.io/kind", env);
    const kindFiles = join(kind, "images", "base", "files");
    const entries = await nodeFiles(kindFiles, tags, context.binaries, containerSpec.stdout);
    const files = await writeLayer(entries, join(here, "files.tar"));
    const kept: Layer[] = [];
    for (const [name, layer] of Object.entries({ files, store })) {
      const path = join(folder, `node-${key}-${name}.tar`);
      await rename(layer.path, path);
      kept.push({ ...layer, path });
    }
    await writeFile(description, JSON.stringify(kept));
    return kept;
  } finally {
    await rm(here, { recursive: true, force: true });
    await dockerRemove(debianImage, env);
  }
}

/** Writes the content of containerd's folder after the archives in `here` are imported and unpacked. */
async function preloadedStore(
  debianImage: string,
  here: string,
  env: ImageContext["env"],
): Promise<Layer> {
  const path = join(here, "store.tar");
  const run = execa(
    "docker",
    [
      ...["run", "--rm", "--network", "none", "--privileged"],
      // containerd's overlay driver does not work on Docker's overlay. A volume is not an overlay.
      ...["--volume", "/var/lib/containerd"],
      ...[
        "--volume",
        `${join(here, "archives")}:/archives:ro`,
        "--volume",
        `${buildScripts}:/build:ro`,
      ],
      ...[debianImage, "/build/preload.sh"],
    ],
    { env, buffer: { stdout: false }, timeout: timeLimits.imageBuildStep },
  );
  await Promise.all([pipeline(run.stdout, createWriteStream(path)), run]);
  return await layerOfTar(path);
}
