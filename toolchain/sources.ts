import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { mapPaths, type Sources, type VizSources } from "../planning/sources/sources.ts";
import type { MakeContext } from "./artifact.ts";
import { makeOnce } from "./cache.ts";
import { releaseOfImage } from "../planning/linkerd/version.ts";
import { defaultVersion } from "../planning/linkerd/versions.ts";
import { readGivenImages, type GivenArchive } from "./given-images.ts";
import {
  imagesForDocker,
  isLinkerds,
  nothingGiven,
  partsOf,
  type GivenParts,
  type ImageForDocker,
  type Role,
  type VizRole,
} from "./given-parts.ts";
import { keyOf } from "./image/context.ts";
import { openInternet, type Internet } from "./internet.ts";
import type { OnProgress } from "./progress.ts";
import { proxiedFetch } from "../system/proxied-fetch.ts";
import { proxyFor } from "../system/proxy-for.ts";
import { halfGiven, isPublic, planSources, type Reach, type SourcesPlan } from "./sources-plan.ts";
import { addWanted, loadGivenImage, makeSourcesParts, type Wants } from "./sources-parts.ts";
import type { ToolReport } from "./toolchain.ts";
import { linkerdVersion } from "./tools/linkerd.ts";
import { cacheDirectory } from "../system/cache-directory.ts";

export interface FindOptions {
  /** Environment variables: `IMAGES`, and those for a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Directory of image archives that take precedence over all other sources. @default the variable
   * IMAGES
   */
  readonly images?: string;
  /** Release of Linkerd that the topology requests. @default determined by the sources */
  readonly linkerd?: string | undefined;
  /** @default the real one */
  readonly internet?: Internet;
}

/** Where each part will come from. Nothing is built yet. */
export interface FoundSources {
  readonly plan: SourcesPlan;
  readonly reach: Reach;
  readonly given: GivenParts;
  /** The only release of Linkerd that these sources offer; undefined: any. */
  readonly linkerdVersion?: string;
  /** Why the registry of Linkerd's images gave no answer. */
  readonly silence?: string;
  /** What of the machine's own settings keeps it from an answer, and how to correct it. */
  readonly fault?: string;
}

export interface SourcesOptions {
  /** Environment of the commands that are run, as `ensureToolchain` returns it. */
  readonly env: Readonly<Record<string, string>>;
  /** @default `cacheDirectory(env)` */
  readonly cache?: string;
  readonly onProgress?: OnProgress;
  /** What the topology wants besides. @default nothing */
  readonly wants?: Wants;
}

/** Host of the registry with Linkerd's images. */
export const linkerdRegistry = "cr.l5d.io";

/** A sources file that says where images and charts come from. */
export interface EnsuredSources {
  readonly path: string;
  readonly dataPlane: "real" | "none";
  readonly report: readonly ToolReport[];
  readonly notes: readonly string[];
}

/**
 * Finds out where to get images and charts: from archives that the user provided, otherwise from their
 * public places, otherwise by building them here. This is decided for each part.
 *
 * @throws if a provided directory cannot be read, or contains Linkerd's images of another version.
 */
export async function findSources({
  env,
  images = env["IMAGES"] ?? "",
  linkerd,
  internet,
}: FindOptions): Promise<FoundSources> {
  const network = internet ?? openInternet(proxiedFetch(env));
  const [archives, reach] = await Promise.all([
    images === "" ? [] : readGivenImages(images),
    reachOf(network),
  ]);
  const wanted = linkerd ?? onlyVersionIn(archives) ?? defaultVersion;
  // Charts that are built have a fixed release, whatever the topology requests.
  const version = reach.charts ? wanted : linkerdVersion;
  const given = images === "" ? nothingGiven : partsOf(archives, version, images);
  const plan = planSources(new Set(given.roles.keys()), reach);
  const found = { plan, reach, given, ...whySilent(network, env) };
  // Stand-ins have a fixed release as well.
  if (plan.linkerd === "stand-ins") return { ...found, linkerdVersion };
  return plan.linkerd === "given" || plan.charts === "built"
    ? { ...found, linkerdVersion: version }
    : found;
}

/** Returns the release of Linkerd's images in the archives, if there is only one. */
function onlyVersionIn(archives: readonly GivenArchive[]): string | undefined {
  const versions = new Set(
    archives.flatMap(({ references }) =>
      references.filter(isLinkerds).flatMap((one) => releaseOfImage(one) ?? []),
    ),
  );
  return versions.size === 1 ? [...versions][0] : undefined;
}

/**
 * Builds the parts that have to be built, and writes a file with the place of each part.
 *
 * @returns `undefined` if everything is public.
 * @throws if a part cannot be built.
 */
export async function makeSources(
  { plan, given, linkerdVersion: version }: FoundSources,
  options: SourcesOptions,
): Promise<EnsuredSources | undefined> {
  const context = contextOf(options);
  await loadIntoDocker(imagesForDocker(given), options);
  if (isPublic(plan) && given.loaded.length === 0) return undefined;

  const parts = await makeSourcesParts(plan, context);
  const composed = { ...compose(plan, given, parts), ...ifGiven("linkerdVersion", version) };
  const { prometheus, jaeger, viz, loadBalancer, ...others } = options.wants ?? {};
  const built: Wants = {
    ...others,
    prometheus: prometheus === true && plan.prometheus === "built",
    jaeger: jaeger === true && plan.jaeger === "built",
    viz: viz === true && plan.viz === "built",
    loadBalancer: loadBalancer === true && plan.loadBalancer === "built",
  };
  const sources = await addWanted(composed, built, context);
  const notes = [...plan.notes, ...given.notes, ...parts.notes];
  const folder = join(context.cache, "sources", keyOf(sources));
  const path = join(folder, "sources.json");
  await makeOnce(folder, async (unfinished) => {
    const beside = mapPaths(sources, (file) => relative(folder, file));
    const text = JSON.stringify(beside, undefined, 2);
    await writeFile(join(unfinished, "sources.json"), `${text}\n`);
  });
  return { path, dataPlane: plan.dataPlane, report: reportOf(plan), notes };
}

function contextOf({ env, cache, onProgress = () => undefined }: SourcesOptions): MakeContext {
  return { cache: cache ?? cacheDirectory(env), env, onProgress };
}

/**
 * Adds what is wanted to earlier sources that were built here without it.
 *
 * @throws if it cannot be built.
 */
export async function completeSources(sources: Sources, options: SourcesOptions): Promise<Sources> {
  return addWanted(sources, options.wants ?? {}, contextOf(options));
}

/** Loads provided images into Docker, one after the other. */
export async function loadIntoDocker(
  images: readonly ImageForDocker[],
  options: SourcesOptions,
): Promise<void> {
  for (const image of images) await loadGivenImage(image, contextOf(options));
}

/**
 * Combines earlier sources with the images of a directory, which replace the images with the same
 * roles. All other parts stay unchanged, and no registry is asked.
 *
 * @throws if the directory cannot be read, or contains Linkerd's images of another version.
 */
export async function addGivenImages(
  before: Sources,
  directory: string,
  linkerd: string | undefined,
): Promise<RecordedSources> {
  // If the charts are gone, they were built ones, of a fixed release. Charts of the repository may have
  // any release.
  const version =
    before.charts === undefined
      ? (linkerd ?? before.linkerdVersion ?? defaultVersion)
      : (before.linkerdVersion ?? linkerdVersion);
  const parts = partsOf(await readGivenImages(directory), version, directory);
  const { roles, loaded, notes } = parts;
  const reference = (role: Role) => roles.get(role)?.reference;
  const [controller, proxy] = [reference("controller"), reference("proxy")];
  // Stand-ins cannot be combined with only one of Linkerd's images.
  const isReal = before.dataPlane !== "none" || (controller !== undefined && proxy !== undefined);
  const images = {
    ...before.images,
    ...(isReal && controller !== undefined && { controller }),
    ...(isReal && proxy !== undefined && { proxy }),
    ...ifGiven("pause", reference("pause")),
    ...ifGiven("probe", reference("probe")),
    ...ifGiven("prometheus", reference("prometheus")),
    ...ifGiven("jaeger", reference("jaeger")),
  };
  const viz = givenViz(parts);
  const archives = [...loaded, ...(before.archives ?? []).filter((file) => existsSync(file))];
  return {
    sources: {
      ...before,
      ...ifGiven(
        "linkerdVersion",
        isReal && (controller ?? proxy) !== undefined ? version : undefined,
      ),
      ...ifGiven("nodeImage", reference("node")),
      archives: [...new Set(archives)],
      ...(Object.keys(images).length > 0 && { images }),
      ...(viz && { viz: { ...before.viz, ...viz } }),
      ...(before.dataPlane !== undefined && { dataPlane: isReal ? "real" : "none" }),
    },
    forDocker: imagesForDocker(parts),
    notes: [
      ...notes,
      ...halfGiven(
        isReal ? new Set() : new Set(roles.keys()),
        "this stack was made with stand-ins",
      ),
    ],
  };
}

/** The recorded sources of a stack, combined with the images provided now. */
export interface RecordedSources {
  readonly sources: Sources;
  /** Provided images that Docker gets. */
  readonly forDocker?: readonly ImageForDocker[];
  /** Notes about the provided images, for people to read. */
  readonly notes?: readonly string[];
}

function ifGiven<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/** The images of linkerd-viz in a directory, if those that it can't do without are there. */
function givenViz({ roles }: Pick<GivenParts, "roles">): VizSources | undefined {
  const reference = (role: VizRole) => roles.get(role)?.reference;
  const [metricsApi, tap, web] = [reference("metrics-api"), reference("tap"), reference("web")];
  if (metricsApi === undefined || tap === undefined) return undefined;
  return { images: { metricsApi, tap, ...ifGiven("web", web) }, page: web !== undefined };
}

/** Registries of the node image, of Linkerd's images, and of Kubernetes' own. */
const hosts = ["registry-1.docker.io", linkerdRegistry, "registry.k8s.io"] as const;

function whySilent(
  internet: Internet,
  env: FindOptions["env"],
): Pick<FoundSources, "silence" | "fault"> {
  const found = internet.silenceOf(linkerdRegistry);
  if (found === undefined) return {};
  const silence = found.message;
  if (found.isUntrusted) {
    const fault =
      `this machine doesn't trust the authority that signed the certificate of ${linkerdRegistry} ` +
      "(name a file with it in SSL_CERT_FILE)";
    return { silence, fault };
  }
  if (proxyFor(`https://${linkerdRegistry}/`, env) === undefined) return { silence };
  // Not its address: it may have a password.
  const fault =
    `the proxy of HTTPS_PROXY doesn't lead to ${linkerdRegistry} (correct it, or name what it doesn't lead to in ` +
    "NO_PROXY)";
  return { silence, fault };
}

async function reachOf(internet: Internet): Promise<Reach> {
  const [registries, charts, gatewayApi] = await Promise.all([
    Promise.all(hosts.map((host) => internet.isRegistry(host))),
    internet.has("https://helm.linkerd.io/edge/index.yaml"),
    internet.has("https://github.com/kubernetes-sigs/gateway-api/releases"),
  ]);
  // If other registries answer, a silent one may just have been slow.
  const again = async (host: string, index: number): Promise<boolean> =>
    registries[index] === true ||
    (registries.includes(true) && (await internet.isRegistry(host, true)));
  const [node = false, linkerd = false, pause = false] = await Promise.all(hosts.map(again));
  return { node, linkerd, pause, charts, gatewayApi };
}

function compose(
  plan: SourcesPlan,
  { roles, loaded }: GivenParts,
  parts: Awaited<ReturnType<typeof makeSourcesParts>>,
): Sources {
  const reference = (role: Role) => roles.get(role)?.reference;
  const real = plan.linkerd === "given";
  const viz = givenViz({ roles });
  const controller = real ? reference("controller") : parts.images.controller;
  const proxy = real ? reference("proxy") : parts.images.proxy;
  const pause = reference("pause") ?? parts.images.pause;
  const probe = reference("probe") ?? parts.images.probe;
  const [prometheus, jaeger] = [reference("prometheus"), reference("jaeger")];
  const nodeImage = reference("node") ?? parts.nodeImage;
  const images = {
    ...(controller !== undefined && { controller }),
    ...(proxy !== undefined && { proxy }),
    ...(pause !== undefined && { pause }),
    ...(probe !== undefined && { probe }),
    ...(prometheus !== undefined && { prometheus }),
    ...(jaeger !== undefined && { jaeger }),
  };
  return {
    ...(nodeImage !== undefined && { nodeImage }),
    archives: [...loaded, ...parts.archives],
    ...(Object.keys(images).length > 0 && { images }),
    ...(viz && { viz }),
    ...(parts.charts !== undefined && { charts: parts.charts }),
    ...(parts.gatewayApi !== undefined && { gatewayApi: parts.gatewayApi }),
    dataPlane: plan.dataPlane,
  };
}

function reportOf(plan: SourcesPlan): ToolReport[] {
  const line = (tool: string, version: string, from: string): ToolReport[] =>
    from === "built" || from === "stand-ins" ? [{ tool, version, origin: "go modules" }] : [];
  return [
    ...line("node image", "v1.34.2", plan.node),
    ...line("linkerd controllers", linkerdVersion, plan.linkerd),
    ...line("probe image", "2.56", plan.probe),
    ...line("linkerd charts", linkerdVersion, plan.charts),
    ...line("gateway api", "v1.2.1", plan.gatewayApi),
  ];
}
