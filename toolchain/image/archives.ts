import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolders, keyOf, type BuiltBinary, type ImageContext } from "./context.ts";
import { debianPrograms, debianProgramsKey } from "./debian-programs.ts";
import { writeImageArchive, type ImageConfig } from "./image-archive.ts";
import { writeLayer, type LayerEntry } from "./layer.ts";
import { exists } from "../cache.ts";

/** The programs that the images below are made of. */
export interface ArchiveBinaries {
  /** Linkerd's real controller: identity, destination, injector, service mirror. */
  readonly linkerdController: BuiltBinary;
  /** Stands in for Linkerd's proxy and policy controller and carries no traffic. */
  readonly noDataPlane: BuiltBinary;
  readonly pause: BuiltBinary;
  readonly probe: BuiltBinary;
}

/** Every program that an image here is made of. */
interface Programs extends ArchiveBinaries {
  /** The part of Kubernetes' test image that verification uses. */
  readonly agnhost: BuiltBinary;
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
  readonly programs: Readonly<Record<string, keyof Programs>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Programs of the node's Debian that are in it too. */
  readonly debian?: readonly string[];
  readonly config: ImageConfig;
}

const pauseTag = "3.10.1";
/** As in Kubernetes' own registry. */
const agnhostTag = "2.56";
const proxyFolder = "usr/lib/linkerd";

/**
 * The images that take the place of those that only a registry has: Linkerd's controller (real) and what
 * can't be built from Go modules (`no-data-plane`, at the very paths that Linkerd's charts call), the
 * gateway's pause container and the end-to-end tests' workload.
 *
 * Made without Docker, kept in the cache; recreated when one of the programs changes.
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

/**
 * The image that verification sends traffic with: the part of Kubernetes' test image that it uses, and curl
 * out of the node's Debian.
 *
 * @throws when there is no such Debian and none can be made.
 */
export async function ensureProbeArchive(
  agnhost: BuiltBinary,
  context: ImageContext,
): Promise<ImageArchive> {
  return ensureArchive("agnhost", archiveRecipes("").agnhost, {
    ...context,
    binaries: { agnhost },
  });
}

/** Which image has which program where. The paths are those of Linkerd's own images. */
export function archiveRecipes(
  linkerdVersion: string,
): Record<keyof ImageArchives | "agnhost", ArchiveRecipe> {
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
    agnhost: {
      reference: `localhost/linkerd-topology/agnhost:${agnhostTag}`,
      programs: { agnhost: "agnhost" },
      debian: ["curl"],
      config: { Entrypoint: ["/agnhost"], Cmd: ["pause"], Env: ["PATH=/usr/bin"] },
    },
  };
}

async function ensureArchive(
  name: string,
  recipe: ArchiveRecipe,
  context: ImageContext & { readonly binaries: Partial<Programs> },
): Promise<ImageArchive> {
  const { archives, work } = imageFolders(context.cache);
  const binary = (program: keyof Programs): BuiltBinary => {
    const found = context.binaries[program];
    if (found === undefined) throw new Error(`the image ${name} was given no ${program}`);
    return found;
  };
  const used = Object.values(recipe.programs).map((program) => binary(program).key);
  const { debian: wanted } = recipe;
  const debian = wanted && { debian: await debianProgramsKey(wanted) };
  const key = keyOf({ recipe, used, arch: process.arch, ...debian });
  const path = join(archives, `${name}-${key}.tar`);
  const archive = { path, reference: recipe.reference };
  if (await exists(path)) return archive;

  context.onProgress?.(`making the image ${recipe.reference}`);
  await Promise.all([archives, work].map((folder) => mkdir(folder, { recursive: true })));
  const here = await mkdtemp(join(work, `${name}-`));
  try {
    const programs = Object.entries(recipe.programs).map(([place, program]): LayerEntry => ({
      path: place,
      file: binary(program).path,
      mode: 0o755,
    }));
    const links = Object.entries(recipe.links ?? {}).map(([place, link]) => ({
      path: place,
      link,
    }));
    const layer = await writeLayer([...programs, ...links], join(here, "layer.tar"));
    const below = wanted === undefined ? [] : [await debianPrograms(wanted, here, context)];
    const layers = [...below, layer];
    const image = { reference: recipe.reference, layers, config: recipe.config };
    const unfinished = join(here, "archive.tar");
    await writeImageArchive([image], unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(here, { recursive: true, force: true });
  }
  return archive;
}
