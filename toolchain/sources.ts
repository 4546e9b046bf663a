import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Sources } from "../planning/sources/sources.ts";
import type { MakeContext } from "./artifact.ts";
import { makeOnce } from "./cache.ts";
import { releaseOfImage } from "../planning/linkerd/version.ts";
import { defaultVersion } from "../planning/linkerd/versions.ts";
import { readGivenImages, type GivenArchive } from "./given-images.ts";
import { isLinkerds, nothingGiven, partsOf, type GivenParts, type Role } from "./given-parts.ts";
import { keyOf } from "./image/context.ts";
import { openInternet, type Internet } from "./internet.ts";
import type { OnProgress } from "./progress.ts";
import { proxiedFetch } from "../system/proxied-fetch.ts";
import { halfGiven, isPublic, planSources, type Reach, type SourcesPlan } from "./sources-plan.ts";
import { loadGivenNode, makeSourcesParts } from "./sources-parts.ts";
import type { ToolReport } from "./toolchain.ts";
import { linkerdVersion } from "./tools/linkerd.ts";
import { cacheDirectory } from "../system/cache-directory.ts";

/** What looking for sources is given. */
export interface FindOptions {
  /** Variables: `IMAGES`, and those that name a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory of image archives that take precedence over everything else. @default the variable IMAGES */
  readonly images?: string;
  /** Release of Linkerd that the topology asks for. @default what can be had decides */
  readonly linkerd?: string | undefined;
  /** @default the real one */
  readonly internet?: Internet;
}

/** Where each part will come from. Nothing is made yet. */
export interface FoundSources {
  readonly plan: SourcesPlan;
  readonly reach: Reach;
  readonly given: GivenParts;
  /** The only release of Linkerd that can be had so; undefined: any. */
  readonly linkerdVersion?: string;
}

/** What `makeSources` is given. */
export interface SourcesOptions {
  /** The environment of what is called, as `ensureToolchain` answers it. */
  readonly env: Readonly<Record<string, string>>;
  /** @default `cacheDirectory(env)` */
  readonly cache?: string;
  readonly onProgress?: OnProgress;
}

/** Host of the registry that has Linkerd's images. */
export const linkerdRegistry = "cr.l5d.io";

/** A sources file that says where images and charts come from. */
export interface EnsuredSources {
  readonly path: string;
  readonly dataPlane: "real" | "none";
  readonly report: readonly ToolReport[];
  readonly notes: readonly string[];
}

/**
 * Finds out where images and charts can be had from: the archives that a person gave, else their public
 * places, else they have to be built here. Each part is decided on its own.
 *
 * @throws when a given directory can't be read, or has Linkerd's images of another version.
 */
export async function findSources({
  env,
  images = env["IMAGES"] ?? "",
  linkerd,
  internet,
}: FindOptions): Promise<FoundSources> {
  const [archives, reach] = await Promise.all([
    images === "" ? [] : readGivenImages(images),
    reachOf(internet ?? openInternet(proxiedFetch(env))),
  ]);
  const wanted = linkerd ?? onlyVersionIn(archives) ?? defaultVersion;
  // Charts that are built are of one release, whatever the topology asks for.
  const version = reach.charts ? wanted : linkerdVersion;
  const given = images === "" ? nothingGiven : partsOf(archives, version, images);
  const plan = planSources(new Set(given.roles.keys()), reach);
  const found = { plan, reach, given };
  // So are stand-ins.
  if (plan.linkerd === "stand-ins") return { ...found, linkerdVersion };
  return plan.linkerd === "given" || plan.charts === "built"
    ? { ...found, linkerdVersion: version }
    : found;
}

/** The release that all of Linkerd's images in archives are of. */
function onlyVersionIn(archives: readonly GivenArchive[]): string | undefined {
  const versions = new Set(
    archives.flatMap(({ references }) =>
      references.filter(isLinkerds).flatMap((one) => releaseOfImage(one) ?? []),
    ),
  );
  return versions.size === 1 ? [...versions][0] : undefined;
}

/**
 * Makes what was found to have to be built, and writes down where each part is.
 *
 * @returns `undefined` when all of it is public.
 * @throws when a part can't be built.
 */
export async function makeSources(
  { plan, given, linkerdVersion: version }: FoundSources,
  options: SourcesOptions,
): Promise<EnsuredSources | undefined> {
  const context = contextOf(options);
  if (isPublic(plan) && given.loaded.length === 0) return undefined;

  const node = given.roles.get("node");
  if (node !== undefined) await loadGivenNode(node.archive.path, node.reference, context);
  const parts = await makeSourcesParts(plan, context);
  const sources = { ...compose(plan, given, parts), ...ifGiven("linkerdVersion", version) };
  const notes = [...plan.notes, ...given.notes, ...parts.notes];
  const folder = join(context.cache, "sources", keyOf(sources));
  const path = join(folder, "sources.json");
  await makeOnce(folder, async (unfinished) => {
    const text = JSON.stringify(relativeTo(folder, sources), undefined, 2);
    await writeFile(join(unfinished, "sources.json"), `${text}\n`);
  });
  return { path, dataPlane: plan.dataPlane, report: reportOf(plan), notes };
}

function contextOf({ env, cache, onProgress = () => undefined }: SourcesOptions): MakeContext {
  return { cache: cache ?? cacheDirectory(env), env, onProgress };
}

/** Puts a node image that was given into Docker. */
export async function loadNode(node: GivenNode, options: SourcesOptions): Promise<void> {
  await loadGivenNode(node.archive, node.reference, contextOf(options));
}

/**
 * Sources that were used before, with the images of a directory in place of those that play the same part.
 * Whatever was not given stays as it was: no registry is asked.
 *
 * @throws when the directory can't be read, or has Linkerd's images of another version.
 */
export async function addGivenImages(
  before: Sources,
  directory: string,
  linkerd: string | undefined,
): Promise<RecordedSources> {
  // Charts that are gone can only be those that were built. Those of the repository are of whatever release.
  const version =
    before.charts === undefined
      ? (linkerd ?? before.linkerdVersion ?? defaultVersion)
      : (before.linkerdVersion ?? linkerdVersion);
  const { roles, loaded, notes } = partsOf(await readGivenImages(directory), version, directory);
  const reference = (role: Role) => roles.get(role)?.reference;
  const [controller, proxy] = [reference("controller"), reference("proxy")];
  // Half of Linkerd does not go with stand-ins.
  const isReal = before.dataPlane !== "none" || (controller !== undefined && proxy !== undefined);
  const images = {
    ...before.images,
    ...(isReal && controller !== undefined && { controller }),
    ...(isReal && proxy !== undefined && { proxy }),
    ...ifGiven("pause", reference("pause")),
    ...ifGiven("probe", reference("probe")),
  };
  const archives = [...loaded, ...(before.archives ?? []).filter((file) => existsSync(file))];
  const node = roles.get("node");
  return {
    sources: {
      ...before,
      ...ifGiven(
        "linkerdVersion",
        isReal && (controller ?? proxy) !== undefined ? version : undefined,
      ),
      ...ifGiven("nodeImage", node?.reference),
      archives: [...new Set(archives)],
      ...(Object.keys(images).length > 0 && { images }),
      ...(before.dataPlane !== undefined && { dataPlane: isReal ? "real" : "none" }),
    },
    ...(node && { node: { archive: node.archive.path, reference: node.reference } }),
    notes: [
      ...notes,
      ...halfGiven(
        isReal ? new Set() : new Set(roles.keys()),
        "this stack was made with stand-ins",
      ),
    ],
  };
}

/** Sources that a stack was made from, with what was given now. */
export interface RecordedSources {
  readonly sources: Sources;
  readonly node?: GivenNode;
  /** What a person should know about what they gave. */
  readonly notes?: readonly string[];
}

/** A node image in an archive. */
export interface GivenNode {
  readonly archive: string;
  readonly reference: string;
}

function ifGiven<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/** Registries of the node image, of Linkerd's images, and of Kubernetes' own. */
const hosts = ["registry-1.docker.io", linkerdRegistry, "registry.k8s.io"] as const;

async function reachOf(internet: Internet): Promise<Reach> {
  const [registries, charts, gatewayApi] = await Promise.all([
    Promise.all(hosts.map((host) => internet.isRegistry(host))),
    internet.has("https://helm.linkerd.io/edge/index.yaml"),
    internet.has("https://github.com/kubernetes-sigs/gateway-api/releases"),
  ]);
  // Where others answer, one that was silent may have been slow.
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
  const controller = real ? reference("controller") : parts.images.controller;
  const proxy = real ? reference("proxy") : parts.images.proxy;
  const pause = reference("pause") ?? parts.images.pause;
  const probe = reference("probe") ?? parts.images.probe;
  const nodeImage = reference("node") ?? parts.nodeImage;
  const images = {
    ...(controller !== undefined && { controller }),
    ...(proxy !== undefined && { proxy }),
    ...(pause !== undefined && { pause }),
    ...(probe !== undefined && { probe }),
  };
  return {
    ...(nodeImage !== undefined && { nodeImage }),
    archives: [...loaded, ...parts.archives],
    ...(Object.keys(images).length > 0 && { images }),
    ...(parts.charts !== undefined && { charts: parts.charts }),
    ...(parts.gatewayApi !== undefined && { gatewayApi: parts.gatewayApi }),
    dataPlane: plan.dataPlane,
  };
}

function relativeTo(folder: string, sources: Sources): Sources {
  const from = (path: string) => relative(folder, path);
  return {
    ...sources,
    archives: (sources.archives ?? []).map(from),
    ...(sources.charts !== undefined && { charts: from(sources.charts) }),
    ...(sources.gatewayApi !== undefined && { gatewayApi: from(sources.gatewayApi) }),
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
