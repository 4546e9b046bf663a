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
import {
  imageArchiveStream,
  writeImageArchive,
  type Image,
  type ImageConfig,
} from "./image-archive.ts";
import { goModule, requiredVersion } from "./go-module.ts";
import { layerOfTar, writeLayer, type Layer } from "./layer.ts";
import { nodeFiles, ownFilesForKey } from "./node-files.ts";
import { nodeProfile, nodeProfileLabel, type ComponentTags } from "./node-profile.ts";

/** What a node image is made of. */
export interface NodeImageContext extends ImageContext {
  readonly binaries: NodeBinaries;
}

/** Docker repository of the node images that are made here. */
export const nodeImageRepository = "linkerd-topology/node";

const goPrograms = join(import.meta.dirname, "..", "go");

/**
 * A node image for kind that needs no container registry: Debian's packages, kind's own base files and
 * Kubernetes, etcd and CoreDNS built from their Go modules. It behaves as a published one does, with the
 * exceptions that its profile says.
 *
 * The image in Docker is used where it is; else its layers in the cache; else they are made, which takes
 * some minutes. An interrupted run leaves nothing that a later one could take for finished.
 *
 * @returns the reference to give to kind, such as `linkerd-topology/node:v1.34.2-5f0c...`
 * @throws with what could not be made and what was said about it.
 */
export async function ensureNodeImage(context: NodeImageContext): Promise<string> {
  const tags = await componentTags();
  const key = keyOf(await nodeImageInputs(context, tags));
  const reference = `${nodeImageRepository}:${tags.kubernetes}-${key}`;
  if (await dockerHasImage(reference, context.env)) return reference;

  const { layers: folder } = imageFolders(context.cache);
  const description = join(folder, `node-${key}.json`);
  // One at a time: what it is made with in Docker has a name that all of them share.
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

/** The image as kind's own base image configures it, with the profile as a label. */
export function nodeImage(reference: string, layers: readonly Layer[], tags: ComponentTags): Image {
  const config: ImageConfig = {
    Entrypoint: ["/usr/local/bin/entrypoint", "/sbin/init"],
    Env: ["container=docker", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    // systemd's own signal for an orderly halt; SIGTERM makes it execute itself again.
    StopSignal: "SIGRTMIN+3",
    Labels: { [nodeProfileLabel]: JSON.stringify(nodeProfile(tags)) },
  };
  return { reference, layers, config };
}

/** Which versions the pinned Go modules amount to, as the tags of the component images. */
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

/** All that the image depends on; its key is made of it. */
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
    // What turns them into layers.
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

/** Makes the two layers above Debian in a folder of their own and moves them into the cache at the end. */
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
    await execa("docker", ["image", "rm", debianImage], { env, reject: false });
  }
}

/** What containerd's folder holds once the archives of `here` are imported and unpacked. */
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
      // containerd's overlay driver does not work on top of Docker's own; a volume is no overlay.
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

async function dockerHasImage(reference: string, env: ImageContext["env"]): Promise<boolean> {
  const found = await execa("docker", ["image", "inspect", "--format", "{{.Id}}", reference], {
    env,
    reject: false,
    timeout: timeLimits.dockerCommand,
  });
  if (found.exitCode === 0) return true;
  if (/no such image/i.test(found.stderr)) return false;
  throw new Error(
    `docker image inspect ${reference}: ${found.stderr || found.message || "no answer"}`,
  );
}

async function dockerLoad(images: readonly Image[], env: ImageContext["env"]): Promise<void> {
  const load = execa("docker", ["load", "--quiet"], { env, timeout: timeLimits.imageBuildStep });
  await Promise.all([pipeline(imageArchiveStream(images), load.stdin), load]);
}
