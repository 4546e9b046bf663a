import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolders, keyOf, type BuiltBinary, type ImageContext } from "./context.ts";
import { debianPrograms, debianProgramsKey } from "./debian-programs.ts";
import { writeImageArchive, type ImageConfig } from "./image-archive.ts";
import { metallbVersion } from "../../planning/clusters/metallb.ts";
import { jaegerVersion, prometheusVersion } from "../../planning/observability/names.ts";
import { writeLayer, type LayerEntry } from "./layer.ts";
import { exists } from "../cache.ts";

/** All programs of the images that are built here. */
interface Programs {
  /** Linkerd's real controller: identity, destination, injector, service mirror. */
  readonly linkerdController: BuiltBinary;
  /** Stands in for Linkerd's proxy and policy controller and carries no traffic. */
  readonly noDataPlane: BuiltBinary;
  readonly pause: BuiltBinary;
  readonly probe: BuiltBinary;
  /** The part of Kubernetes' test image that verification uses. */
  readonly agnhost: BuiltBinary;
  readonly prometheus: BuiltBinary;
  readonly jaeger: BuiltBinary;
  readonly metricsApi: BuiltBinary;
  readonly tap: BuiltBinary;
  readonly metallbController: BuiltBinary;
  readonly metallbSpeaker: BuiltBinary;
}

/** An archive for `ctr images import` and `docker load`, and the image in it. */
export interface ImageArchive {
  readonly path: string;
  readonly reference: string;
}

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
 * Builds images that otherwise only a registry has, with the programs at the paths of upstream's own images:
 * `no-data-plane` stands in for what of Linkerd cannot be built from Go modules.
 *
 * They are built without Docker, kept in the cache, and rebuilt if one of the programs changes.
 *
 * @param linkerdVersion the tag of Linkerd's images, such as `edge-26.1.1`
 * @throws if a program cannot be read, the cache cannot be written, or the node's Debian, whose curl is beside agnhost,
 *   neither exists nor can be built.
 */
export async function ensureArchives<Name extends ImageName>(
  names: readonly Name[],
  linkerdVersion: string,
  binaries: Partial<Programs>,
  context: ImageContext,
): Promise<Record<Name, ImageArchive>> {
  const recipes = archiveRecipes(linkerdVersion);
  const made = names.map(async (name) => {
    const archive = await ensureArchive(name, recipes[name], { ...context, binaries });
    return [name, archive] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as Record<Name, ImageArchive>;
}

type ImageName =
  | "controller"
  | "proxy"
  | "pause"
  | "probe"
  | "agnhost"
  | "prometheus"
  | "jaeger"
  | "metrics-api"
  | "tap"
  | "metallb-controller"
  | "metallb-speaker";

/** The recipes of all images. The paths are those of Linkerd's own images. */
export function archiveRecipes(linkerdVersion: string): Record<ImageName, ArchiveRecipe> {
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
