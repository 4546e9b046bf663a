import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Sources } from "../planning/sources.ts";
import type { MakeContext } from "./artifact.ts";
import { cacheFolder, makeOnce } from "./cache.ts";
import { readGivenImages, roleOf, type GivenArchive, type Role } from "./given-images.ts";
import { keyOf } from "./image/context.ts";
import { openNetwork, type Network } from "./network.ts";
import type { OnProgress } from "./progress.ts";
import { isPublic, planSources, type Reach, type SourcePlan } from "./source-plan.ts";
import { loadGivenNode, makeSourceParts } from "./source-parts.ts";
import type { ToolReport } from "./toolchain.ts";
import { linkerdVersion } from "./tools/linkerd.ts";

/** What `ensureSources` is given. */
export interface SourcesOptions {
  /** The environment of what is called, as `ensureToolchain` answers it. */
  readonly env: Readonly<Record<string, string>>;
  /** Directory of image archives that take precedence over everything else. @default the variable IMAGES */
  readonly images?: string;
  /** @default `cacheFolder(env)` */
  readonly cache?: string;
  readonly onProgress?: OnProgress;
  /** @default the real one */
  readonly network?: Network;
}

/** A sources file that says where images and charts come from. */
export interface EnsuredSources {
  readonly path: string;
  readonly dataPlane: "real" | "none";
  readonly report: readonly ToolReport[];
  readonly notes: readonly string[];
}

/**
 * Sees to it that images and charts can be had: from the archives that a person gave, else from their
 * public places, else built here. Each part is decided on its own.
 *
 * @returns `undefined` when all of it is public.
 * @throws when a part can't be built, or a given directory not be read.
 */
export async function ensureSources(options: SourcesOptions): Promise<EnsuredSources | undefined> {
  const { env, onProgress = () => undefined } = options;
  const context: MakeContext = { cache: options.cache ?? cacheFolder(env), env, onProgress };
  const images = options.images ?? env["IMAGES"] ?? "";
  const [given, reach] = await Promise.all([
    images === "" ? [] : readGivenImages(images),
    reachOf(options.network ?? openNetwork()),
  ]);
  const roles = rolesOf(given);
  const plan = planSources(new Set(roles.keys()), reach);
  if (isPublic(plan) && given.length === 0) return undefined;

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

async function reachOf(network: Network): Promise<Reach> {
  const [node, linkerd, pause, charts, gatewayApi] = await Promise.all([
    network.isRegistry("registry-1.docker.io"),
    network.isRegistry("cr.l5d.io"),
    network.isRegistry("registry.k8s.io"),
    network.has("https://helm.linkerd.io/edge/index.yaml"),
    network.has("https://github.com/kubernetes-sigs/gateway-api/releases"),
  ]);
  return { node, linkerd, pause, charts, gatewayApi };
}

function compose(
  plan: SourcePlan,
  roles: ReturnType<typeof rolesOf>,
  given: readonly GivenArchive[],
  parts: Awaited<ReturnType<typeof makeSourceParts>>,
): Sources {
  const reference = (role: Role) => roles.get(role)?.reference;
  // An archive that holds a node image goes to Docker, everything else into the nodes.
  const loaded = given.filter(({ references }) =>
    references.every((name) => roleOf(name, linkerdVersion) !== "node"),
  );
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
    archives: [...loaded.map(({ path }) => path), ...parts.archives],
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
