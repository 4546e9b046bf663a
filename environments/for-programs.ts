/**
 * The commands as functions, each under the name of its command. Every one loads what it needs when it is called.
 */
import type { Plan } from "../planning/plan-types.ts";
import type { Discovery } from "../planning/discovery/discover.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import type { CheckResult } from "../verification/checks/check.ts";
import type { Mesh } from "../verification/observe.ts";
import type { MeshStatus } from "../verification/status.ts";
import type { Applied, ApplyRequest, Manifest } from "./apply.ts";
import type { ContextRequest } from "./contexts.ts";
import type { DiagramFormat } from "./diagram.ts";
import type { DownRequest, DownResult } from "./down.ts";
import type { DrillRequest, DrillResult } from "./drills/drill.ts";
import type { Running } from "./find-topology.ts";
import type { LoadedCluster } from "./load.ts";
import type { LogsRequest } from "./logs.ts";
import type { PreflightResult } from "./preflight/preflight.ts";
import type { Output } from "./report/phase.ts";
import { progressOutput } from "./report/progress-output.ts";
import type { RotateOutlook, RotateRequest, RotateResult } from "./rotate.ts";
import type { StatusResult } from "./status.ts";
import type { StackFile } from "./stacks.ts";
import type { TopologySource } from "./topology-source.ts";
import type { LivePage, PageRequest } from "./ui.ts";
import type { UpRequest } from "./up.ts";
import type { UpgradeOutlook, UpgradeRequest, UpgradeResult } from "./upgrade.ts";
import type { StackVerification, VerifyStackRequest } from "./verify.ts";

/**
 * A topology as a program names it: what the command line takes in its place (a ready-made stack, a YAML file, or the
 * name of something that is up), the topology itself, or a {@link TopologySource}.
 */
export type NamedTopology = string | TopologySpec | TopologySource;

/** A running mesh: of a topology, or of clusters by their contexts, whoever made it. */
export type NamedMesh = NamedTopology | ContextRequest;

/** What all functions take. */
export interface CommandOptions {
  /** Name of the topology. @default its own, the stack's or the file's */
  readonly name?: string;
  /** Interrupts. */
  readonly signal?: AbortSignal;
}

/** What functions take that work in phases. */
export interface ReportedOptions extends CommandOptions {
  /** Gets the progress, such as {@link progress}. @default nobody does */
  readonly output?: Output;
}

/** What a function decides itself, or takes from the environment as its command does. */
export type DecidedByCommand =
  | "stack"
  | "source"
  | "output"
  | "command"
  | "env"
  | "backend"
  | "ways"
  | "signal";

/** Options of {@link up}. */
export interface UpOptions
  extends
    ReportedOptions,
    Omit<UpRequest, DecidedByCommand | "name" | "withoutRegistry" | "engineEnv"> {}

/** What {@link up} brought up. */
export interface UpMesh {
  /** The name of its stack. */
  readonly name: string;
  readonly plan: Plan;
  /** For `observe` and `verify` of the package's main entry: how to reach the clusters. */
  readonly mesh: Mesh;
  /** What the clusters said in the proof. */
  readonly status: MeshStatus;
  /** The checks of the proof. None of them failed. */
  readonly checks: readonly CheckResult[];
  /** Operations of the engine, such as `{ create: 40 }`, or `{ same: 40 }` where nothing changed. */
  readonly changes: Readonly<Record<string, number>>;
}

/**
 * Brings a topology up, or changes what is up, and proves that it works. It stays until {@link down}; for one that is
 * removed by itself use `withTopology`.
 *
 * @throws CommandError and TopologyError, whose messages are for people. Nothing was created if the topology or this
 *   machine is the reason
 * @example
 * ```ts
 * const { mesh } = await up("lab.yaml", { output: progress() });
 * ```
 */
export async function up(topology: NamedTopology, options: UpOptions = {}): Promise<UpMesh> {
  const { name, output = nobody, ...request } = options;
  const [{ up: bringUp }, { meshOf }] = await Promise.all([
    import("./up.ts"),
    import("./proof.ts"),
  ]);
  const stack = await stackOf(topology, name);
  const result = await bringUp({ ...request, stack, output });
  const mesh = meshOf(result.outputs);
  if (mesh === undefined) throw new Error("a proved stack without a mesh");
  const { proof, plan, changes } = result;
  return { name: result.stack, plan, mesh, status: proof.status, checks: proof.results, changes };
}

/** Options of {@link down}. */
export interface DownOptions
  extends ReportedOptions, Omit<DownRequest, DecidedByCommand | "name"> {}

/**
 * Removes what is up: clusters, Docker network, kubeconfigs and state. From existing clusters it removes Linkerd and
 * the Links.
 *
 * @throws CommandError if there is nothing of that name, or with what stays and why
 * @example
 * ```ts
 * await down("lab.yaml");
 * ```
 */
export async function down(
  topology: NamedTopology,
  options: DownOptions = {},
): Promise<DownResult> {
  const { name, output = nobody, ...request } = options;
  const { run, ...running } = await find(topology, name);
  if (run !== undefined) {
    const { downRun } = await import("./runs/down-run.ts");
    return downRun(run, output, request.signal);
  }
  const { down: takeDown } = await import("./down.ts");
  return takeDown({ ...request, ...running, output });
}

/**
 * Asks the clusters for their status. It changes nothing.
 *
 * @throws CommandError, exit code 3, if the topology is not up
 * @example
 * ```ts
 * const { healthy, status: seen } = await status({ context: ["west", "east"] });
 * ```
 */
export async function status(mesh: NamedMesh, options: CommandOptions = {}): Promise<StatusResult> {
  const { name, signal } = options;
  const running = await findPlanned(mesh, name);
  const { status: ask } = await import("./status.ts");
  return ask({ ...running, signal });
}

/** Options of {@link verify}. */
export interface VerifyCommandOptions
  extends CommandOptions, Omit<VerifyStackRequest, DecidedByCommand | "name"> {}

/**
 * Checks from inside the clusters whether the mesh does what the plan says, with traffic over every Link.
 *
 * @returns `proved` says whether no check failed
 * @throws CommandError, exit code 3, if the topology is not up
 * @example
 * ```ts
 * const { proved, results } = await verify("lab.yaml", { junit: "results.xml" });
 * ```
 */
export async function verify(
  mesh: NamedMesh,
  options: VerifyCommandOptions = {},
): Promise<StackVerification> {
  const { name, ...request } = options;
  const running = await findPlanned(mesh, name);
  const { verifyStack } = await import("./verify.ts");
  return verifyStack({ ...request, ...running });
}

/** Options of {@link drill}. */
export interface DrillOptions
  extends ReportedOptions, Omit<DrillRequest, DecidedByCommand | "name"> {}

/**
 * Takes something away, keeps asking, and puts it back, whatever happens.
 *
 * @returns `passed` says whether no limit was exceeded
 * @throws CommandError, exit code 2, before anything is taken away: a subject or a question is wrong, or existing
 *   clusters would change without `consent`; exit code 3 if the topology is not up
 * @example
 * ```ts
 * const { passed } = await drill("lab.yaml", { take: ["gateway:east"], limits: { maxGap: 5_000 } });
 * ```
 */
export async function drill(topology: NamedTopology, options: DrillOptions): Promise<DrillResult> {
  const { name, output = nobody, ...request } = options;
  const running = await findPlanned(topology, name);
  const { drill: take } = await import("./drills/drill.ts");
  return take({ ...request, ...running, output });
}

/** Options of {@link rotate}. */
export interface RotateOptions
  extends
    ReportedOptions,
    Omit<RotateRequest, DecidedByCommand | "name" | "withoutRegistry" | "engineEnv"> {}

/**
 * Replaces the trust anchor in several steps, without losing traffic. Each step edits the topology's file.
 *
 * @param topology its file, or a ready-made stack
 * @throws CommandError: exit code 2 if there is no file to edit, 3 if the topology is not up, 4 if workloads of
 *   others are not restarted in time; and what {@link up} throws
 * @example
 * ```ts
 * const { generation } = await rotate("lab.yaml", { patience: 60 * 60_000 });
 * ```
 */
export async function rotate(
  topology: string | TopologySource,
  options: RotateOptions = {},
): Promise<RotateResult> {
  const { rotate: replace } = await import("./rotate.ts");
  return replace(await editing(topology, options));
}

/** What {@link rotate} would do. It changes nothing, and throws the same. */
export async function rotateOutlook(
  topology: string | TopologySource,
  options: RotateOptions = {},
): Promise<RotateOutlook> {
  const { rotateOutlook: look } = await import("./rotate.ts");
  return look(await editing(topology, options));
}

/** Options of {@link upgrade}. */
export interface UpgradeOptions
  extends
    ReportedOptions,
    Omit<UpgradeRequest, DecidedByCommand | "name" | "withoutRegistry" | "engineEnv"> {}

/**
 * Brings another release of Linkerd to the clusters, one after the other, each proved with traffic. Each step edits
 * the topology's file. It continues where an earlier one stopped.
 *
 * @param topology its file, or a ready-made stack
 * @throws CommandError: exit code 2 if the release is wrong or there is no file to edit, 4 if a cluster is not as
 *   planned with it; and what {@link up} throws
 * @example
 * ```ts
 * const { leftToOwners } = await upgrade("lab.yaml", { to: "2.20", canary: "east" });
 * ```
 */
export async function upgrade(
  topology: string | TopologySource,
  options: UpgradeOptions,
): Promise<UpgradeResult> {
  const { upgrade: bring } = await import("./upgrade.ts");
  return bring(await editing(topology, options));
}

/** What {@link upgrade} would do. It changes nothing, and throws the same. */
export async function upgradeOutlook(
  topology: string | TopologySource,
  options: UpgradeOptions,
): Promise<UpgradeOutlook> {
  const { upgradeOutlook: look } = await import("./upgrade.ts");
  return look(await editing(topology, options));
}

/**
 * The plan of a topology: all names, addresses and mirrors, with the files that it names read. It asks nobody.
 *
 * @throws TopologyError with every problem
 * @example
 * ```ts
 * const { mirrors } = await plan("lab.yaml");
 * ```
 */
export async function plan(
  topology: NamedTopology,
  { name }: Pick<CommandOptions, "name"> = {},
): Promise<Plan> {
  const stack = await stackOf(topology, name);
  const { planStack } = await import("./plan-stack.ts");
  const { namedSources } = await import("./named-sources.ts");
  return planStack(stack, { sources: await namedSources(stack) });
}

/**
 * Checks whether this machine can bring the topology up. It changes nothing.
 *
 * @throws TopologyError with every problem of the topology
 * @example
 * ```ts
 * const failed = (await preflight("lab.yaml")).filter(({ state }) => state === "failed");
 * ```
 */
export async function preflight(
  topology: NamedTopology,
  { name }: Pick<CommandOptions, "name"> = {},
): Promise<readonly PreflightResult[]> {
  const { lookAhead } = await import("./look-ahead.ts");
  return lookAhead(await stackOf(topology, name));
}

/**
 * Draws a topology.
 *
 * @throws TopologyError with every problem of the topology
 * @example
 * ```ts
 * await writeFile("lab.svg", await diagram("lab.yaml", { format: "svg" }));
 * ```
 */
export async function diagram(
  topology: NamedTopology,
  {
    name,
    format = "mermaid",
  }: Pick<CommandOptions, "name"> & { readonly format?: DiagramFormat } = {},
): Promise<string> {
  const { drawDiagram } = await import("./diagram.ts");
  return drawDiagram(await plan(topology, name === undefined ? {} : { name }), format);
}

/**
 * How to reach the clusters of what is up, for `observe` and `verify` of the package's main entry.
 *
 * @throws CommandError, exit code 3, if the topology is not up
 * @example
 * ```ts
 * const { clusters } = await runningMesh("lab");
 * ```
 */
export async function runningMesh(mesh: NamedMesh, options: CommandOptions = {}): Promise<Mesh> {
  return (await runningOf(mesh, options)).mesh;
}

/**
 * One kubeconfig, with a context for each cluster, named after it. It holds credentials.
 *
 * @throws CommandError, exit code 3, if the topology is not up
 * @example
 * ```ts
 * await writeFile("lab.kubeconfig", await kubeconfig("lab.yaml"), { mode: 0o600 });
 * ```
 */
export async function kubeconfig(mesh: NamedMesh, options: CommandOptions = {}): Promise<string> {
  const { meshKubeconfig } = await import("./kubeconfigs.ts");
  return meshKubeconfig(await runningMesh(mesh, options), (name) => name);
}

/**
 * Writes down the topology of running clusters, whoever made their mesh. It changes nothing.
 *
 * @returns the topology, what had to be guessed, and what a topology can't say
 * @throws CommandError: exit code 2 if a kubeconfig or a context is wrong; or a cluster doesn't answer
 * @example
 * ```ts
 * const { topology, notes } = await discover({ context: ["west", "east"] });
 * ```
 */
export async function discover(
  clusters: ContextRequest,
  { signal }: Pick<CommandOptions, "signal"> = {},
): Promise<Discovery> {
  const { findWays } = await import("./contexts.ts");
  const { lookAt, requireAnswers } = await import("./found-mesh.ts");
  const { observed, discovery } = await lookAt(await findWays(clusters), signal);
  requireAnswers(observed);
  return discovery;
}

/** Options of {@link load}. */
export interface LoadOptions extends CommandOptions {
  /** Names of images that Docker has, and files of image archives. */
  readonly images: readonly string[];
  /** Only these clusters. @default all */
  readonly clusters?: readonly string[];
}

/**
 * Loads images into the nodes of kind clusters.
 *
 * @throws CommandError, exit code 2, before anything is loaded: an image or a cluster is missing, or a cluster is not
 *   one of the package's own; exit code 3 if the topology is not up
 * @example
 * ```ts
 * await load("lab.yaml", { images: ["shop:dev"] });
 * ```
 */
export async function load(
  topology: NamedTopology,
  options: LoadOptions,
): Promise<readonly LoadedCluster[]> {
  const { images, clusters, signal = new AbortController().signal } = options;
  const { mesh, stack } = await runningOf(topology, options);
  const { chosenClusters } = await import("./chosen-clusters.ts");
  const { loadImages } = await import("./load.ts");
  return loadImages({
    stack: stack.name,
    clusters: chosenClusters(mesh.plan.clusters, clusters),
    images,
    signal,
  });
}

/** Options of {@link logs}. */
export interface LogsOptions
  extends CommandOptions, Omit<LogsRequest, "clusters" | "plan" | "signal"> {
  /** Only these clusters. @default all */
  readonly clusters?: readonly string[];
}

/**
 * Reads the logs of Linkerd's components of all clusters, merged by time.
 *
 * @returns whether everything could be read
 * @throws CommandError, exit code 3, if the topology is not up
 * @example
 * ```ts
 * await logs("lab.yaml", { components: ["gateway"], onLine: console.log, onProblem: console.error });
 * ```
 */
export async function logs(mesh: NamedMesh, options: LogsOptions): Promise<boolean> {
  const { clusters, ...request } = options;
  const running = await runningOf(mesh, options);
  const { chosenClusters } = await import("./chosen-clusters.ts");
  const { readLogs } = await import("./logs.ts");
  const { mesh: found } = running;
  const chosen = chosenClusters(found.clusters, clusters);
  return readLogs({ ...request, clusters: chosen, plan: found.plan });
}

/** Options of {@link apply}. */
export interface ApplyOptions
  extends CommandOptions, Omit<ApplyRequest, "clusters" | "objects" | "signal"> {
  /** Only these clusters. @default all */
  readonly clusters?: readonly string[];
}

/**
 * Applies Kubernetes objects to several clusters at once (server-side apply).
 *
 * @param objects as objects, or as a text of YAML documents
 * @returns what happened to each object in each cluster; `problem` says why one failed
 * @throws CommandError, before anything is applied: exit code 2 if a text is wrong or a cluster doesn't serve a kind,
 *   3 if the topology is not up
 * @example
 * ```ts
 * await apply("lab.yaml", await readFile("shop.yaml", "utf8"), { clusters: ["west"] });
 * ```
 */
export async function apply(
  mesh: NamedMesh,
  objects: string | readonly Manifest[],
  options: ApplyOptions = {},
): Promise<readonly Applied[]> {
  const { clusters, ...request } = options;
  const { applyTo, readManifests } = await import("./apply.ts");
  const read = typeof objects === "string" ? readManifests(objects, "the text") : objects;
  const running = await runningOf(mesh, options);
  const { chosenClusters } = await import("./chosen-clusters.ts");
  return applyTo({
    ...request,
    clusters: chosenClusters(running.mesh.clusters, clusters),
    objects: read,
  });
}

/** Options of {@link ui}. */
export interface PageOptions
  extends CommandOptions, Omit<PageRequest, DecidedByCommand | "name" | "spelled"> {}

/**
 * Serves the live page of a running mesh on the loopback address, until `close`.
 *
 * @throws CommandError: exit code 3 if the topology is not up, 2 if the port is taken
 * @example
 * ```ts
 * const page = await ui("lab.yaml");
 * console.log(page.url);
 * ```
 */
export async function ui(mesh: NamedMesh, options: PageOptions = {}): Promise<LivePage> {
  const { name, ...request } = options;
  const running = await findPlanned(mesh, name);
  const { livePage } = await import("./ui.ts");
  return livePage({ ...request, ...running });
}

/** Writes progress as the command line does: to standard error, with a live view on a terminal. */
export function progress(): Output {
  return progressOutput();
}

const nobody: Output = { terminal: false, write: () => undefined };

/** Whatever is up, with its mesh. */
async function runningOf(
  mesh: NamedMesh,
  { name, signal }: CommandOptions,
): Promise<{ readonly mesh: Mesh; readonly stack: StackFile }> {
  const running = await findPlanned(mesh, name);
  const { runningStack } = await import("./mesh-of-stack.ts");
  const found = await runningStack({ ...running, signal });
  return { mesh: found.mesh, stack: running.stack };
}

/** What is up, whose topology has no problems. */
async function findPlanned(mesh: NamedMesh, name: string | undefined): Promise<Running> {
  const { requirePlan } = await import("./find-topology.ts");
  return requirePlan(await find(mesh, name));
}

async function find(mesh: NamedMesh, name: string | undefined): Promise<Running> {
  const { findClusters, findRunning } = await import("./find-topology.ts");
  if (typeof mesh === "string") return findRunning(mesh, name === undefined ? {} : { name });
  if ("context" in mesh || "kubeconfig" in mesh) return findClusters(mesh);
  return { stack: await stackOf(mesh as Exclude<NamedTopology, string>, name) };
}

async function stackOf(topology: NamedTopology, name: string | undefined): Promise<StackFile> {
  const { stackFromSource } = await import("./topology-source.ts");
  return stackFromSource(await sourceOf(topology), name);
}

export async function sourceOf(topology: NamedTopology): Promise<TopologySource> {
  if (typeof topology === "string") {
    const { findSource } = await import("./find-topology.ts");
    return findSource(topology, {});
  }
  return "clusters" in topology ? { topology } : topology;
}

/** A request about the file of a topology. */
async function editing<T extends ReportedOptions>(
  topology: string | TopologySource,
  options: T,
): Promise<T & { readonly source: TopologySource; readonly output: Output }> {
  return { ...options, source: await sourceOf(topology), output: options.output ?? nobody };
}
