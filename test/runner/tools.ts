import type { Tell } from "../../environments/report/phase.ts";
import { readSources } from "../../components/sources.ts";
import { bringEngine, teller } from "../../environments/tools.ts";
import type { Tools, ToolsRequest } from "../../environments/tools.ts";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { ensureArtifact } from "../../toolchain/artifact.ts";
import type { Wants } from "../../toolchain/sources-parts.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";
import { linkerdCli } from "../../toolchain/tools/linkerd.ts";
import { promtool } from "../../toolchain/tools/prometheus.ts";

/** The tools of a layer. */
export interface TestTools {
  readonly summary: string;
  /** Environment variables that point the tests to the tools. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Provides what a layer of the tests needs. The tests then find it in the cache.
 *
 * @param nightly whether tests of the night are among them: no other test traces requests or installs linkerd-viz
 */
export async function testTools(
  needs: "engine" | "clusters",
  tell: Tell,
  nightly: boolean,
): Promise<TestTools> {
  if (needs === "clusters") {
    const images = process.env["IMAGES"];
    const { summary, env } = await bringTools({
      images,
      tell,
      wants: { jaeger: nightly, viz: nightly },
    });
    // Tests run its checks. Built while clusters are up, it would take the processors from them.
    await ensureArtifact(linkerdCli, { cache: cacheDirectory(env), env, onProgress: teller(tell) });
    // Images and charts are looked up once, and not in every `up` of every test.
    const { LINKERD_TOPOLOGY_SOURCES: sources } = env;
    return { summary, env: sources === undefined ? {} : { LINKERD_TOPOLOGY_SOURCES: sources } };
  }
  const { report } = await ensureToolchain({
    clusters: false,
    onProgress: ({ step, state, detail = "" }) => {
      if (state !== "skipped") tell.step(`${step}: ${detail}`);
    },
  });
  return { summary: report.map(({ tool, version }) => `${tool} ${version}`).join(", "), env: {} };
}

/**
 * Everything that is needed to bring up a plan's clusters, with the sources that are in reach now. For
 * clusters that belong to no stack.
 */
export async function bringTools(
  request: ToolsRequest & { readonly images?: string | undefined; readonly wants?: Wants },
): Promise<Tools> {
  const engine = await bringEngine(request);
  // Only `up` builds images: the other commands start faster without this module.
  const { findSources, makeSources } = await import("../../toolchain/sources.ts");
  // A file of the person's own says everything.
  const given = engine.env["LINKERD_TOPOLOGY_SOURCES"];
  const file =
    given === undefined || given === ""
      ? (
          await makeSources(
            await findSources({
              env: engine.env,
              ...(request.images !== undefined && { images: request.images }),
            }),
            {
              env: engine.env,
              onProgress: teller(request.tell),
              wants: { prometheus: true, ...request.wants },
            },
          )
        )?.path
      : given;
  if (file === undefined) return { ...engine, sources: undefined };
  const sources = readSources(file);
  if (sources.prometheusArchive !== undefined) {
    // It shares nearly all of its packages with Prometheus.
    await ensureArtifact(promtool, {
      cache: cacheDirectory(engine.env),
      env: engine.env,
      onProgress: teller(request.tell),
    });
  }
  return {
    ...engine,
    env: { ...engine.env, LINKERD_TOPOLOGY_SOURCES: file },
    sources,
    summary: engine.summary + (sources.dataPlane === "none" ? "; no data plane (see the end)" : ""),
  };
}
