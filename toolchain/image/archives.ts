import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { imageFolders, keyOf, type BuiltBinary, type ImageContext } from "./context.ts";
import { writeImageArchive, type ImageConfig } from "./image-archive.ts";
import { writeLayer, type LayerEntry } from "./layer.ts";

/** The programs that the images below are made of. */
export interface ArchiveBinaries {
  /** Linkerd's real controller: identity, destination, injector, service mirror. */
  readonly linkerdController: BuiltBinary;
  /** Stands in for Linkerd's proxy and policy controller and carries no traffic. */
  readonly noDataPlane: BuiltBinary;
  readonly pause: BuiltBinary;
  readonly probe: BuiltBinary;
}

/** What the archives are made of. */
export interface ArchiveContext extends ImageContext {
  readonly binaries: ArchiveBinaries;
  /** Linkerd's version, which is the tag of its images, such as `edge-26.1.1`. */
  readonly linkerdVersion: string;
}

/** An archive that `ctr images import` and `docker load` take, and the image that is in it. */
export interface ImageArchive {
  readonly path: string;
  readonly reference: string;
}

/** The archives that are made where no registry is reachable. */
export type ImageArchives = Readonly<
  Record<"controller" | "proxy" | "pause" | "probe", ImageArchive>
>;

/** What an archive's image is made of, without the programs' places on this machine. */
export interface ArchiveRecipe {
  readonly reference: string;
  /** Path in the image to the program that lies there. */
  readonly programs: Readonly<Record<string, keyof ArchiveBinaries>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly config: ImageConfig;
}

const pauseTag = "3.10.1";
const proxyFolder = "usr/lib/linkerd";

/**
 * The images that take the place of those that only a registry has: Linkerd's controller (real) and what
 * can't be built from Go modules (`no-data-plane`, at the very paths that Linkerd's charts call), the
 * gateway's pause container and the end-to-end tests' workload.
 *
 * Made without Docker, kept in the cache; made anew when one of the programs changes.
 *
 * @throws when a program can't be read or the cache not written.
 */
export async function ensureImageArchives(context: ArchiveContext): Promise<ImageArchives> {
  const recipes = archiveRecipes(context.linkerdVersion);
  const made = await Promise.all([
    ensureArchive("controller", recipes.controller, context),
    ensureArchive("proxy", recipes.proxy, context),
    ensureArchive("pause", recipes.pause, context),
    ensureArchive("probe", recipes.probe, context),
  ]);
  const [controller, proxy, pause, probe] = made;
  return { controller, proxy, pause, probe };
}

/** Which image has which program where. The paths are those of Linkerd's own images. */
export function archiveRecipes(linkerdVersion: string): Record<keyof ImageArchives, ArchiveRecipe> {
  // The controllers say this as their version.
  const Env = [`LINKERD_CONTAINER_VERSION_OVERRIDE=${linkerdVersion}`];
  return {
    controller: {
      reference: `localhost/no-data-plane/controller:${linkerdVersion}`,
      programs: { controller: "linkerdController", "linkerd-policy-controller": "noDataPlane" },
      config: { Entrypoint: ["/controller"], Env },
    },
    proxy: {
      reference: `localhost/no-data-plane/proxy:${linkerdVersion}`,
      programs: { [`${proxyFolder}/no-data-plane`]: "noDataPlane" },
      links: {
        [`${proxyFolder}/linkerd-await`]: "no-data-plane",
        [`${proxyFolder}/linkerd2-network-validator`]: "no-data-plane",
        [`${proxyFolder}/linkerd2-proxy`]: "no-data-plane",
        [`${proxyFolder}/linkerd2-proxy-identity`]: "no-data-plane",
        [`${proxyFolder}/linkerd2-proxy-init`]: "no-data-plane",
        "bin/sleep": `/${proxyFolder}/no-data-plane`,
      },
      config: { Entrypoint: [`/${proxyFolder}/linkerd2-proxy-identity`], Env },
    },
    pause: {
      reference: `localhost/linkerd-topology/pause:${pauseTag}`,
      programs: { pause: "pause" },
      config: { Entrypoint: ["/pause"] },
    },
    probe: {
      reference: "localhost/linkerd-topology/probe:1",
      programs: { probe: "probe" },
      config: { Entrypoint: ["/probe"], Cmd: ["serve"] },
    },
  };
}

async function ensureArchive(
  name: string,
  recipe: ArchiveRecipe,
  context: ArchiveContext,
): Promise<ImageArchive> {
  const { archives, work } = imageFolders(context.cache);
  const used = Object.values(recipe.programs).map((program) => context.binaries[program].key);
  const path = join(archives, `${name}-${keyOf({ recipe, used, arch: process.arch })}.tar`);
  const archive = { path, reference: recipe.reference };
  if (await isFile(path)) return archive;

  context.onProgress?.(`making the image ${recipe.reference}`);
  await Promise.all([archives, work].map((folder) => mkdir(folder, { recursive: true })));
  const here = await mkdtemp(join(work, `${name}-`));
  try {
    const programs = Object.entries(recipe.programs).map(([place, program]): LayerEntry => ({
      path: place,
      file: context.binaries[program].path,
      mode: 0o755,
    }));
    const links = Object.entries(recipe.links ?? {}).map(([place, link]) => ({
      path: place,
      link,
    }));
    const layer = await writeLayer([...programs, ...links], join(here, "layer.tar"));
    const image = { reference: recipe.reference, layers: [layer], config: recipe.config };
    const unfinished = join(here, "archive.tar");
    await writeImageArchive([image], unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(here, { recursive: true, force: true });
  }
  return archive;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
