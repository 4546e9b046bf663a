import { execa } from "execa";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import { ensureArtifact, placeOf, type Artifact, type MakeContext } from "./artifact.ts";
import { exists } from "./cache.ts";
import type { ImageForDocker } from "./given-parts.ts";
import { ensureGo } from "./go.ts";
import { ensureArchives, type ImageArchive } from "./image/archives.ts";
import type { BuiltBinary, ImageContext } from "./image/context.ts";
import { ensureDebianLayer } from "./image/debian.ts";
import { ensureLoadBalancerImage } from "./image/load-balancer-image.ts";
import { ensureNodeImage, isNodeImageMadeHere } from "./image/node-image.ts";
import type { MetalLbSources, Sources, VizSources } from "../planning/sources/sources.ts";
import type { SourcesPlan } from "./sources-plan.ts";
import { gatewayApi, gatewayApiFile } from "./tools/gateway-api.ts";
import { agnhost, coredns, etcd, kubernetes, pause } from "./tools/kubernetes.ts";
import { chartsFolder, linkerd, linkerdVersion, noDataPlane, probe } from "./tools/linkerd.ts";
import { metallb, metallbChart } from "./tools/metallb.ts";
import { jaeger } from "./tools/jaeger.ts";
import { prometheus } from "./tools/prometheus.ts";
import { linkerdViz } from "./tools/viz.ts";
import { messageOf } from "../system/message-of.ts";

/** The parts of a sources file that were built here; paths are absolute. */
export interface SourcesParts {
  readonly nodeImage?: string;
  readonly archives: readonly string[];
  readonly images: Readonly<Partial<Record<"controller" | "proxy" | "pause" | "probe", string>>>;
  readonly charts?: string;
  readonly gatewayApi?: string;
  /** Notes about optional parts that are not available. */
  readonly notes: readonly string[];
}

/**
 * Builds the parts that the plan requires. Existing parts are only looked up.
 *
 * @throws if a part cannot be built.
 */
export async function makeSourcesParts(
  plan: SourcesPlan,
  context: MakeContext,
): Promise<SourcesParts> {
  const images = await imageContext(context);
  // Download packages while the compiler runs.
  const [binaries] = await Promise.all([
    plan.node === "built" ? nodeBinaries(context) : undefined,
    plan.node === "built" && (await isCold(context)) ? ensureDebianLayer(images) : undefined,
  ]);
  const [nodeImage, rest] = await Promise.all([
    binaries === undefined ? undefined : ensureNodeImage({ ...images, binaries }),
    makeRest(plan, context, images),
  ]);
  return { ...rest, ...(nodeImage !== undefined && { nodeImage }) };
}

/** Parts that only some topologies want. They take minutes to build. */
export interface Wants {
  readonly prometheus?: boolean;
  readonly jaeger?: boolean;
  readonly viz?: boolean;
  readonly loadBalancer?: boolean;
  /** kind's own load balancer, before several control planes of a cluster. */
  readonly severalControlPlanes?: boolean;
}

/**
 * Adds the wanted parts that sources don't have yet, built here.
 *
 * @throws if one cannot be built.
 */
export async function addWanted(
  sources: Sources,
  wants: Wants,
  context: MakeContext,
): Promise<Sources> {
  const { images, viz, metallb: balancer, nodeImage } = sources;
  // A node image that kind pulls comes with a registry that has the load balancer's as well.
  if (wants.severalControlPlanes === true && isNodeImageMadeHere(nodeImage)) {
    await ensureLoadBalancerImage(await imageContext(context));
  }
  const prometheusImage =
    wants.prometheus === true && images?.prometheus === undefined
      ? await observerImage("prometheus", prometheus, context)
      : undefined;
  const jaegerImage =
    wants.jaeger === true && images?.jaeger === undefined
      ? await observerImage("jaeger", jaeger, context)
      : undefined;
  return {
    ...sources,
    ...((prometheusImage ?? jaegerImage) && {
      images: {
        ...images,
        ...(prometheusImage && { prometheus: prometheusImage.reference }),
        ...(jaegerImage && { jaeger: jaegerImage.reference }),
      },
    }),
    ...(prometheusImage && { prometheusArchive: prometheusImage.path }),
    ...(jaegerImage && { jaegerArchive: jaegerImage.path }),
    // What is built here has a fixed release.
    ...(wants.viz === true &&
      viz === undefined &&
      (sources.linkerdVersion ?? linkerdVersion) === linkerdVersion && {
        viz: await madeViz(context),
      }),
    ...(wants.loadBalancer === true &&
      balancer === undefined && { metallb: await madeMetallb(context) }),
  };
}

async function observerImage(
  name: "prometheus" | "jaeger",
  artifact: Artifact,
  context: MakeContext,
): Promise<ImageArchive> {
  const binaries = { [name]: await binaryOf(artifact, name, context) };
  return (await ensureArchives([name], linkerdVersion, binaries, await imageContext(context)))[
    name
  ];
}

async function madeViz(context: MakeContext): Promise<VizSources> {
  const { "metrics-api": metricsApi, tap } = await ensureArchives(
    ["metrics-api", "tap"],
    linkerdVersion,
    {
      metricsApi: await binaryOf(linkerdViz, "metrics-api", context),
      tap: await binaryOf(linkerdViz, "tap", context),
    },
    await imageContext(context),
  );
  return {
    archives: [metricsApi.path, tap.path],
    images: { metricsApi: metricsApi.reference, tap: tap.reference },
    page: false,
  };
}

async function madeMetallb(context: MakeContext): Promise<MetalLbSources> {
  const made = await ensureArchives(
    ["metallb-controller", "metallb-speaker"],
    linkerdVersion,
    {
      metallbController: await binaryOf(metallb, "controller", context),
      metallbSpeaker: await binaryOf(metallb, "speaker", context),
    },
    await imageContext(context),
  );
  const { "metallb-controller": controller, "metallb-speaker": speaker } = made;
  const { folder } = await ensureArtifact(metallb, context);
  return {
    chart: join(folder, metallbChart),
    archives: [controller.path, speaker.path],
    images: { controller: controller.reference, speaker: speaker.reference },
  };
}

async function makeRest(
  plan: SourcesPlan,
  context: MakeContext,
  images: ImageContext,
): Promise<SourcesParts> {
  const charts = plan.charts === "built" ? await ensureArtifact(linkerd, context) : undefined;
  const crds = plan.gatewayApi === "built" ? await ensureArtifact(gatewayApi, context) : undefined;
  const archives = await madeArchives(plan, context, images);
  const probe = plan.probe === "built" ? await probeImage(context, images) : {};
  return {
    archives: [...Object.values(archives), ...(probe.made ? [probe.made] : [])].map(
      ({ path }) => path,
    ),
    images: {
      ...Object.fromEntries(
        Object.entries(archives)
          .filter(([name]) => name !== "probe")
          .map(([name, { reference }]) => [name, reference]),
      ),
      ...(probe.made && { probe: probe.made.reference }),
    },
    notes: probe.note === undefined ? [] : [probe.note],
    ...(charts !== undefined && { charts: join(charts.folder, chartsFolder) }),
    ...(crds !== undefined && { gatewayApi: join(crds.folder, gatewayApiFile) }),
  };
}

/** Only verification with traffic needs this image, so its absence does not stop the run. */
async function probeImage(
  context: MakeContext,
  images: ImageContext,
): Promise<{ readonly made?: ImageArchive; readonly note?: string }> {
  try {
    const binaries = { agnhost: await binaryOf(agnhost, "agnhost", context) };
    const made = await ensureArchives(["agnhost"], linkerdVersion, binaries, images);
    return { made: made.agnhost };
  } catch (problem) {
    const why = messageOf(problem);
    return {
      note:
        `verification has no image to send traffic with: ${why}\n` +
        "Give one with IMAGES (an archive of registry.k8s.io/e2e-test-images/agnhost)",
    };
  }
}

/** The archives that the plan needs, and the tests' workload if nothing can be pulled. */
async function madeArchives(
  plan: SourcesPlan,
  context: MakeContext,
  images: ImageContext,
): Promise<Partial<Record<"controller" | "proxy" | "pause" | "probe", ImageArchive>>> {
  const standIns = plan.linkerd === "stand-ins";
  if (!standIns && plan.pause !== "built" && plan.node !== "built") return {};
  const binaries = {
    linkerdController: await binaryOf(linkerd, "controller", context),
    noDataPlane: await binaryOf(noDataPlane, "no-data-plane", context),
    pause: await binaryOf(pause, "pause", context),
    probe: await binaryOf(probe, "probe", context),
  };
  const names = ["controller", "proxy", "pause", "probe"] as const;
  const made = await ensureArchives(names, linkerdVersion, binaries, images);
  return {
    ...(standIns && { controller: made.controller, proxy: made.proxy }),
    ...(plan.pause === "built" && { pause: made.pause }),
    probe: made.probe,
  };
}

async function nodeBinaries(context: MakeContext) {
  return {
    kubernetes: await binaryOf(kubernetes, "kubernetes", context),
    etcd: await binaryOf(etcd, "etcd", context),
    coredns: await binaryOf(coredns, "coredns", context),
    pause: await binaryOf(pause, "pause", context),
  };
}

async function binaryOf(
  artifact: Artifact,
  binary: string,
  context: MakeContext,
): Promise<BuiltBinary> {
  const { folder, key } = await ensureArtifact(artifact, context);
  return { path: join(folder, binary), key };
}

async function isCold(context: MakeContext): Promise<boolean> {
  return !(await exists((await placeOf(kubernetes, context.cache)).folder));
}

/** The image builders call `go` by its name. */
async function imageContext(context: MakeContext): Promise<ImageContext> {
  const go = await ensureGo(context.cache, context.env, context.onProgress);
  const path = context.env["PATH"] ?? "";
  return {
    cache: context.cache,
    env: {
      ...(context.env as Record<string, string>),
      ...go.env,
      PATH: isAbsolute(go.command) ? `${dirname(go.command)}${delimiter}${path}` : path,
    },
    onProgress: (detail) => context.onProgress({ step: "images", state: "progress", detail }),
  };
}

/**
 * Loads a provided image into Docker.
 *
 * @throws if Docker does not accept it.
 */
export async function loadGivenImage(
  { role, archive, reference }: ImageForDocker,
  context: MakeContext,
): Promise<void> {
  const docker = async (...args: string[]) =>
    execa("docker", args, {
      env: context.env,
      extendEnv: false,
      timeout: timeLimits.imageBuildStep,
      reject: false,
    });
  const step = `${role} image`;
  if ((await docker("image", "inspect", "--format", "{{.Id}}", reference)).exitCode === 0) {
    context.onProgress({ step, state: "skipped", detail: `Docker has ${reference}` });
    return;
  }
  context.onProgress({ step, state: "start", detail: `loading ${reference}` });
  const loaded = await docker("load", "--quiet", "--input", resolve(archive));
  if (loaded.exitCode !== 0) {
    throw new Error(`docker load of ${archive} failed: ${loaded.stderr}`);
  }
  context.onProgress({ step, state: "done", detail: reference });
}
