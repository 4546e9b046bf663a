import { writeFile } from "node:fs/promises";
import path from "node:path";
import { readSources, sourcesVariable } from "../../components/sources.ts";
import type { Tools } from "../../environments/tools.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { ensureArtifact, type Artifact } from "../../toolchain/artifact.ts";
import { ensureArchives } from "../../toolchain/image/archives.ts";
import { chartsFolder, linkerdAs, noDataPlane } from "../../toolchain/tools/linkerd.ts";

/** What the second build of the same controllers says that it is. The package treats it like the first one. */
const secondRelease = "edge-26.2.1";

/** A release that registries have besides the default one. */
const otherPublicRelease = "edge-26.8.3";

/**
 * A release that a running stack can be upgraded to: the one that the sources file lists, if the tests were given one;
 * else one of the registries; else a second build of the controllers that are built here, under another version.
 *
 * @param directory where a sources file can be written
 */
export async function anotherRelease(
  { env, sources = {} }: Tools,
  directory: string,
): Promise<string> {
  const given = process.env[sourcesVariable] ?? "";
  const [other] = given === "" ? [] : Object.keys(readSources(given).versions ?? {});
  if (other !== undefined) return other;
  // The runner of the tests names a file that it made as well: one that lists no release.
  if (sources.dataPlane !== "none") {
    if (given !== "") throw new Error(`${given} lists no second release under versions`);
    return otherPublicRelease;
  }
  const file = path.join(directory, "sources.json");
  const listed = { [secondRelease]: await secondBuild(env) };
  await writeFile(file, JSON.stringify({ ...sources, versions: listed } satisfies Sources));
  process.env[sourcesVariable] = file;
  return secondRelease;
}

async function secondBuild(env: Tools["env"]) {
  const cache = cacheDirectory(env);
  const made = async (artifact: Artifact) =>
    ensureArtifact(artifact, { cache, env, onProgress: () => undefined });
  const linkerd = await made(linkerdAs(secondRelease));
  const binary = async (artifact: Artifact, name: string) => {
    const { folder, key } = await made(artifact);
    return { path: path.join(folder, name), key };
  };
  const binaries = {
    linkerdController: { path: path.join(linkerd.folder, "controller"), key: linkerd.key },
    noDataPlane: await binary(noDataPlane, "no-data-plane"),
  };
  const names = ["controller", "proxy"] as const;
  const { controller, proxy } = await ensureArchives(names, secondRelease, binaries, {
    cache,
    env,
  });
  return {
    charts: path.join(linkerd.folder, chartsFolder),
    images: { controller: controller.reference, proxy: proxy.reference },
    archives: [controller.path, proxy.path],
  };
}
