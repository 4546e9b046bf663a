import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Sources } from "../planning/sources.ts";
import type { MakeContext } from "./artifact.ts";
import { cacheFolder, makeOnce } from "./cache.ts";
import { readGivenImages, roleOf, type GivenArchive, type Role } from "./given-images.ts";
import { keyOf } from "./image/context.ts";
import { openNetwork, type Network } from "./network.ts";
import type { OnProgress } from "./progress.ts";
import { proxiedFetch } from "./proxied-fetch.ts";
import { isPublic, planSources, type Reach, type SourcePlan } from "./source-plan.ts";
import { loadGivenNode, makeSourceParts } from "./source-parts.ts";
import type { ToolReport } from "./toolchain.ts";
import { linkerdVersion } from "./tools/linkerd.ts";

/** What looking for sources is given. */
export interface FindOptions {
  /** Variables: `IMAGES`, and those that name a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory of image archives that take precedence over everything else. @default the variable IMAGES */
  readonly images?: string;
  /** @default the real one */
  readonly network?: Network;
}

/** Where each part will come from. Nothing is made yet. */
export interface FoundSources {
  readonly plan: SourcePlan;
  readonly reach: Reach;
  readonly given: readonly GivenArchive[];
}

/** What `makeSources` is given. */
export interface SourcesOptions {
  /** The environment of what is called, as `ensureToolchain` answers it. */
  readonly env: Readonly<Record<string, string>>;
  /** @default `cacheFolder(env)` */
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
 * @throws when a given directory can't be read.
 */
export async function findSources({
  env,
  images = env["IMAGES"] ?? "",
  network,
}: FindOptions): Promise<FoundSources> {
  const [given, reach] = await Promise.all([
    images === "" ? [] : readGivenImages(images),
    reachOf(network ?? openNetwork(proxiedFetch(env))),
  ]);
  return { plan: planSources(new Set(rolesOf(given).keys()), reach), reach, given };
}

/**
 * Makes what was found to have to be built, and writes down where each part is.
 *
 * @returns `undefined` when all of it is public.
 * @throws when a part can't be built.
 */
export async function makeSources(
  { plan, given }: FoundSources,
  options: SourcesOptions,
): Promise<EnsuredSources | undefined> {
  const context = contextOf(options);
  if (isPublic(plan) && given.length === 0) return undefined;

  const roles = rolesOf(given);
  const node = roles.get("node");
  if (node !== undefined) await loadGivenNode(node.archive.path, node.reference, context);
  const parts = await makeSourceParts(plan, context);
  const sources = compose(plan, roles, given, parts);
  const notes = [...plan.notes, ...parts.notes];
  const folder = join(context.cache, "sources", keyOf(sources));
  const path = join(folder, "sources.json");
  await makeOnce(folder, async (unfinished) => {
    const text = JSON.stringify(relativeTo(folder, sources), undefined, 2);
    await writeFile(join(unfinished, "sources.json"), `${text}\n`);
  });
  return { path, dataPlane: plan.dataPlane, report: reportOf(plan), notes };
}

function contextOf({ env, cache, onProgress = () => undefined }: SourcesOptions): MakeContext {
  return { cache: cache ?? cacheFolder(env), env, onProgress };
}

/** Puts a node image that was given into Docker. */
export async function loadNode(node: GivenNode, options: SourcesOptions): Promise<void> {
  await loadGivenNode(node.archive, node.reference, contextOf(options));
}

/**
 * Sources that were used before, with the images of a directory in place of those that play the same part.
 * Whatever was not given stays as it was: no registry is asked.
 *
 * @throws when the directory can't be read.
 */
export async function addGivenImages(
  before: Sources,
  directory: string,
): Promise<{ readonly sources: Sources; readonly node?: GivenNode }> {
  const given = await readGivenImages(directory);
  const roles = rolesOf(given);
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
  const archives = [
    ...loadedOf(given),
    ...(before.archives ?? []).filter((file) => existsSync(file)),
  ];
  const node = roles.get("node");
  return {
    sources: {
      ...before,
      ...ifGiven("nodeImage", node?.reference),
      archives: [...new Set(archives)],
      ...(Object.keys(images).length > 0 && { images }),
      ...(before.dataPlane !== undefined && { dataPlane: isReal ? "real" : "none" }),
    },
    ...(node && { node: { archive: node.archive.path, reference: node.reference } }),
  };
}

/** A node image in an archive. */
export interface GivenNode {
  readonly archive: string;
  readonly reference: string;
}

function ifGiven<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/** An archive that holds a node image goes to Docker, everything else into the nodes. */
function loadedOf(given: readonly GivenArchive[]): string[] {
  return given
    .filter(({ references }) => references.every((name) => roleOf(name, linkerdVersion) !== "node"))
    .map(({ path }) => resolve(path));
}

/** Given images by the part that they play; the first one that fits a part has it. */
function rolesOf(
  given: readonly GivenArchive[],
): Map<Role, { readonly reference: string; readonly archive: GivenArchive }> {
  const roles = new Map<Role, { reference: string; archive: GivenArchive }>();
  for (const archive of given) {
    for (const reference of archive.references) {
      const role = roleOf(reference, linkerdVersion);
      if (role !== undefined && !roles.has(role)) roles.set(role, { reference, archive });
    }
  }
  return roles;
}

/** Registries of the node image, of Linkerd's images, and of Kubernetes' own. */
const hosts = ["registry-1.docker.io", linkerdRegistry, "registry.k8s.io"] as const;

async function reachOf(network: Network): Promise<Reach> {
  const [registries, charts, gatewayApi] = await Promise.all([
    Promise.all(hosts.map((host) => network.isRegistry(host))),
    network.has("https://helm.linkerd.io/edge/index.yaml"),
    network.has("https://github.com/kubernetes-sigs/gateway-api/releases"),
  ]);
  // Where others answer, one that was silent may have been slow.
  const again = async (host: string, index: number): Promise<boolean> =>
    registries[index] === true ||
    (registries.includes(true) && (await network.isRegistry(host, true)));
  const [node = false, linkerd = false, pause = false] = await Promise.all(hosts.map(again));
  return { node, linkerd, pause, charts, gatewayApi };
}

function compose(
  plan: SourcePlan,
  roles: ReturnType<typeof rolesOf>,
  given: readonly GivenArchive[],
  parts: Awaited<ReturnType<typeof makeSourceParts>>,
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
    archives: [...loadedOf(given), ...parts.archives],
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

function reportOf(plan: SourcePlan): ToolReport[] {
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
