import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolders, keyOf, type BuiltBinary, type ImageContext } from "./context.ts";
import { debianPrograms, debianProgramsKey } from "./debian-programs.ts";
import { writeImageArchive, type ImageConfig } from "./image-archive.ts";
import { metallbVersion } from "../../planning/clusters/metallb.ts";
import { jaegerVersion, prometheusVersion } from "../../planning/observability/names.ts";
import { writeLayer, type LayerEntry } from "./layer.ts";
import { exists } from "../cache.ts";

/** Programs of the images below. */
export interface ArchiveBinaries {
  /** Linkerd's real controller: identity, destination, injector, service mirror. */
  readonly linkerdController: BuiltBinary;
  /** Stands in for Linkerd's proxy and policy controller and carries no traffic. */
  readonly noDataPlane: BuiltBinary;
  readonly pause: BuiltBinary;
  readonly probe: BuiltBinary;
}

/** All programs of the images that are built here. */
interface Programs extends ArchiveBinaries {
  /** The part of Kubernetes' test image that verification uses. */
  readonly agnhost: BuiltBinary;
  readonly prometheus: BuiltBinary;
  readonly jaeger: BuiltBinary;
  readonly metricsApi: BuiltBinary;
  readonly tap: BuiltBinary;
  readonly metallbController: BuiltBinary;
  readonly metallbSpeaker: BuiltBinary;
}

export interface ArchiveContext extends ImageContext {
  readonly binaries: ArchiveBinaries;
  /** Linkerd's version, which is the tag of its images, such as `edge-26.1.1`. */
  readonly linkerdVersion: string;
}

/** An archive for `ctr images import` and `docker load`, and the image in it. */
export interface ImageArchive {
  readonly path: string;
  readonly reference: string;
}

/** The archives that are built if no registry is reachable. */
export type ImageArchives = Readonly<
  Record<"controller" | "proxy" | "pause" | "probe", ImageArchive>
>;

/** The content of an archive's image, independent of paths on this machine. */
export interface ArchiveRecipe {
  readonly reference: string;
  /** Path in the image → program. */
  readonly programs: Readonly<Record<string, keyof Programs>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Programs of the node's Debian that the image contains as well. */
  readonly debian?: readonly string[];
  readonly config: ImageConfig;
}

const pauseTag = "3.10.1";
/** The same tag as in Kubernetes' own registry. */
const agnhostTag = "2.56";
const proxyFolder = "usr/lib/linkerd";

/**
 * Builds the images that replace those that only a registry has: Linkerd's real controller,
 * `no-data-plane` for what cannot be built from Go modules (at the paths that Linkerd's charts call),
 * the gateway's pause container, and the workload of the end-to-end tests.
 *
 * The images are built without Docker, kept in the cache, and rebuilt if one of the programs changes.
 *
 * @throws if a program cannot be read or the cache cannot be written.
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
 * Builds the image that verification sends traffic with: the part of Kubernetes' test image that it
 * uses, and curl from the node's Debian.
 *
 * @throws if that Debian neither exists nor can be built.
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

/**
 * Builds the image of what observes the mesh, with the program at the path of upstream's own image.
 *
 * @throws if the program cannot be read or the cache cannot be written.
 */
export async function ensureObserverArchive(
  name: "prometheus" | "jaeger",
  program: BuiltBinary,
  context: ImageContext,
): Promise<ImageArchive> {
  return ensureArchive(name, archiveRecipes("")[name], {
    ...context,
    binaries: { [name]: program },
  });
}

/**
 * Builds the images of MetalLB, with the programs at the paths of upstream's own images.
 *
 * @throws if a program cannot be read or the cache cannot be written.
 */
export async function ensureMetallbArchives(
  binaries: Pick<Programs, "metallbController" | "metallbSpeaker">,
  context: ImageContext,
): Promise<Record<"controller" | "speaker", ImageArchive>> {
  const recipes = archiveRecipes("");
  const made = (name: "metallb-controller" | "metallb-speaker") =>
    ensureArchive(name, recipes[name], { ...context, binaries });
  const [controller, speaker] = await Promise.all([
    made("metallb-controller"),
    made("metallb-speaker"),
  ]);
  return { controller, speaker };
}

/**
 * Builds the images of linkerd-viz, with the programs at the paths of Linkerd's own images.
 *
 * @throws if a program cannot be read or the cache cannot be written.
 */
export async function ensureVizArchives(
  linkerdVersion: string,
  binaries: Pick<Programs, "metricsApi" | "tap">,
  context: ImageContext,
): Promise<Record<"metricsApi" | "tap", ImageArchive>> {
  const recipes = archiveRecipes(linkerdVersion);
  const made = (name: "metrics-api" | "tap") =>
    ensureArchive(name, recipes[name], { ...context, binaries });
  const [metricsApi, tap] = await Promise.all([made("metrics-api"), made("tap")]);
  return { metricsApi, tap };
}

/** The recipes of all images. The paths are those of Linkerd's own images. */
export function archiveRecipes(
  linkerdVersion: string,
): Record<
  | keyof ImageArchives
  | "agnhost"
  | "prometheus"
  | "jaeger"
  | "metrics-api"
  | "tap"
  | "metallb-controller"
  | "metallb-speaker",
  ArchiveRecipe
> {
  // The controllers report this as their version.
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
    prometheus: {
      reference: `localhost/linkerd-topology/prometheus:v${prometheusVersion}`,
      programs: { "bin/prometheus": "prometheus" },
      config: { Entrypoint: ["/bin/prometheus"], User: "65534", WorkingDir: "/prometheus" },
    },
    jaeger: {
      reference: `localhost/linkerd-topology/jaeger:${jaegerVersion}`,
      programs: { "cmd/jaeger/jaeger-linux": "jaeger" },
      config: { Entrypoint: ["/cmd/jaeger/jaeger-linux"], User: "10001" },
    },
    "metrics-api": {
      reference: `localhost/linkerd-topology/metrics-api:${linkerdVersion}`,
      programs: { "metrics-api": "metricsApi" },
      config: { Entrypoint: ["/metrics-api"] },
    },
    tap: {
      reference: `localhost/linkerd-topology/tap:${linkerdVersion}`,
      programs: { tap: "tap" },
      config: { Entrypoint: ["/tap"] },
    },
    "metallb-controller": {
      reference: `localhost/linkerd-topology/metallb-controller:v${metallbVersion}`,
      programs: { controller: "metallbController" },
      config: { Entrypoint: ["/controller"] },
    },
    "metallb-speaker": {
      reference: `localhost/linkerd-topology/metallb-speaker:v${metallbVersion}`,
      programs: { speaker: "metallbSpeaker" },
      config: { Entrypoint: ["/speaker"] },
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
