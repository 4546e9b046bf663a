import {
  nextUpgradeStep,
  refusedStep,
  versionIn,
  withNamedVersion,
} from "../planning/linkerd/upgrade.ts";
import type { UpgradeChoice, UpgradeStep } from "../planning/linkerd/upgrade.ts";
import { describeVersion, edgeOf, stableNumbers } from "../planning/linkerd/versions.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Topology } from "../planning/topology.ts";
import { chooseBackend } from "./backend.ts";
import { badInput, CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { runningStack } from "./mesh-of-stack.ts";
import { messageOf } from "../system/message-of.ts";
import { planStack } from "./plan-stack.ts";
import { planWithSources } from "./plan-with-sources.ts";
import { refuseAdopted } from "./refuse-adopted.ts";
import { leftToOwners, observeReleases } from "./releases.ts";
import { runPhases } from "./report/phases.ts";
import { settleStack } from "./settle-stack.ts";
import { outputsIn } from "./state.ts";
import { topologyFile, type TopologyFile } from "./rotation/topology-file.ts";
import { readTopology } from "./stacks.ts";
import type { TopologySource } from "./topology-source.ts";
import { up, type UpRequest } from "./up.ts";
import { verifyStack } from "./verify.ts";

export interface UpgradeRequest extends Omit<UpRequest, "stack" | "refresh"> {
  /** A file with the topology, or a stack whose configuration contains it. It is edited step by step. */
  readonly source: TopologySource;
  /** Name of the topology. @default its own, the stack's or the file's */
  readonly name?: string | undefined;
  /** The release for all clusters: `edge-26.6.3`, or its stable number. An earlier one goes back. */
  readonly to: string;
  /** The first cluster, which is proved before the others begin. @default the first one */
  readonly canary?: string | undefined;
  /** Upgrades all others together after the canary. @default one after the other */
  readonly atOnce?: boolean | undefined;
  /** Image with which verification sends traffic. @default what the stack's sources say */
  readonly probeImage?: string | undefined;
}

export interface UpgradeResult {
  /** The release that every cluster has now. */
  readonly version: string;
  /** Clusters in the order in which they were upgraded, without those that had the release before. */
  readonly upgraded: readonly string[];
  /**
   * Workloads with another proxy that only their owners restart, as `east: shop/Deployment/web runs a proxy
   * of X`.
   */
  readonly leftToOwners: readonly string[];
}

/** What an upgrade would do now. */
export interface UpgradeOutlook {
  readonly version: string;
  /** The steps, a line each. */
  readonly steps: readonly string[];
}

/**
 * Upgrades every cluster of a running stack to another release of Linkerd: one cluster first, the canary,
 * then the others. Each step is an edit of the topology's file and an `up`. The next one begins when every
 * check of a verification with traffic has passed. An interrupted upgrade continues where it stopped, and the
 * way back is the same call with the earlier release.
 *
 * @throws CommandError: exit code 2 for something that is no release, or a step that Linkerd doesn't support;
 *   3 if the stack is not up; 4 if a cluster doesn't do what the plan says with the release; and everything
 *   that `up` throws
 *
 * @example
 * ```ts
 * await upgrade({ source: { file: "lab.yaml" }, to: "2.20", output });
 * ```
 */
export async function upgrade(request: UpgradeRequest): Promise<UpgradeResult> {
  const { file, choice, before, named } = await prepare(request);
  await file.requireEditable();
  // Without a named release, the next `up` may choose another one, for all clusters at once.
  if (named !== undefined) {
    const run = async (): Promise<string> => {
      await file.edit((topology) => withNamedVersion(topology, named));
      return `linkerd.version is ${named}, the release that runs`;
    };
    await runPhases([{ title: `edit of ${file.file}`, run }], request.output);
  }
  const earlier = earlierVersion(before, choice.to);
  const upgraded: string[] = [];
  const { signal } = request;
  try {
    // Completes what an earlier command left half done: an upgrade continues only on a complete mesh.
    await step(request, file);
    for (;;) {
      signal?.throwIfAborted();
      const next = nextUpgradeStep(await topologyIn(file), choice);
      if (next === undefined) {
        const { mesh } = await runningStack({
          ...request,
          stack: await file.stack(),
          command: "upgrade",
        });
        const left = leftToOwners(mesh, await observeReleases(mesh, signal));
        return { version: choice.to, upgraded, leftToOwners: left };
      }
      await edit(request, file, next, choice);
      upgraded.push(...next.clusters);
      await step(request, file);
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw stopped(error, await topologyIn(file), { ...choice, earlier, upgraded });
  }
}

/** What {@link upgrade} would do. It changes nothing. @throws CommandError as `upgrade` does */
export async function upgradeOutlook(request: UpgradeRequest): Promise<UpgradeOutlook> {
  const { choice, before } = await prepare(request);
  const steps: string[] = [];
  let topology = before;
  for (;;) {
    const next = nextUpgradeStep(topology, choice);
    if (next === undefined) return { version: choice.to, steps };
    steps.push(describeStep(next, choice.to));
    topology = next.topology;
  }
}

interface Prepared {
  readonly file: TopologyFile;
  readonly choice: UpgradeChoice;
  /** A topology that names its release. */
  readonly before: Topology;
  /** The release that it names, if the file names none. */
  readonly named: string | undefined;
}

/** Reports what can be known to be wrong before anything is asked. */
async function prepare(request: UpgradeRequest): Promise<Prepared> {
  const to = edgeOf(request.to);
  if (to === undefined) {
    throw badInput(
      `"${request.to}" is neither an edge release of Linkerd nor a known stable number; write a release such ` +
        `as edge-26.6.3, or one of ${stableNumbers.join(", ")}`,
    );
  }
  const file = topologyFile(request.source, request.name, byHand(to));
  const written = await topologyIn(file);
  const stack = await file.stack();
  refuseAdopted(await planStack(stack), "another release of Linkerd");
  const env = { ...process.env, ...request.env };
  const backend = request.backend ?? chooseBackend(env);
  const settled = await settleStack({ ...request, stack, backend, env, command: "upgrade" });
  const { plan, sources } = await planWithSources({ ...request, settled, env });
  const running = settled.state && (outputsIn(settled.state)["plan"] as Plan | undefined);
  const { version } = (running ?? plan).linkerd;
  const named = written.linkerd?.version === undefined ? version : undefined;
  const before = withNamedVersion(written, version);
  const names = before.clusters.map(({ name }) => name);
  const { canary, atOnce } = request;
  if (canary !== undefined && !names.includes(canary)) {
    throw badInput(
      `--canary: "${canary}" is no cluster of the topology, which has ${names.join(", ")}`,
    );
  }
  const refused = names.flatMap((name) => {
    const why = refusedStep(versionIn(before, name), to);
    return why === undefined ? [] : [`${name}: ${why}`];
  });
  if (refused.length > 0) throw badInput(refused.join("\n"));
  const choice = { to, canary, atOnce };
  // A topology with two releases may break a rule that a topology with one doesn't.
  for (let topology = before; ;) {
    const next = nextUpgradeStep(topology, choice);
    if (next === undefined) return { file, choice, before, named };
    await planStack({ ...stack, topology: next.topology }, { sources });
    topology = next.topology;
  }
}

async function topologyIn(file: TopologyFile): Promise<Topology> {
  // The file was planned before, so it contains a topology.
  return (await readTopology(await file.stack())) as Topology;
}

async function edit(
  { output }: UpgradeRequest,
  file: TopologyFile,
  next: UpgradeStep,
  choice: UpgradeChoice,
): Promise<void> {
  const run = async (): Promise<string> => {
    // Edits the file's own content: what was read from it has absolute paths.
    await file.edit((topology) => nextUpgradeStep(topology, choice)?.topology ?? topology);
    return describeStep(next, choice.to);
  };
  await runPhases([{ title: `edit of ${file.file}`, run }], output);
}

/** Brings up the file's topology, and proves it with traffic. */
async function step(request: UpgradeRequest, file: TopologyFile): Promise<void> {
  const stack = await file.stack();
  await up({ ...request, stack });
  const { output, signal, env, backend, probeImage } = request;
  const run = async (): Promise<string> => {
    const running = await runningStack({ ...request, stack, command: "upgrade" });
    // Stand-ins carry no traffic, and verification would only say so.
    const traffic = running.outputs["dataPlane"] !== "none";
    const asked = { stack, command: "upgrade", traffic, signal, env, backend, probeImage };
    const { results } = await verifyStack(asked);
    const failed = results.filter(({ state }) => state === "failed");
    if (failed.length === 0)
      return traffic ? "every check passed, with traffic" : "every check passed";
    throw new CommandError(
      `not every check passed:\n${failed.map(({ subject, title }) => `  ${subject}: ${title}`).join("\n")}`,
      { exitCode: exitCodes.notProved },
    );
  };
  await runPhases([{ title: "proof of the upgrade's step", run }], output);
}

function describeStep({ kind, clusters }: UpgradeStep, to: string): string {
  const names = clusters.join(", ");
  if (kind === "canary")
    return `${names} gets ${describeVersion(to)} first, and is proved with traffic`;
  if (kind === "cluster") return `${names} gets ${describeVersion(to)}, and is proved with traffic`;
  return `linkerd.version becomes ${to}, and no cluster has one of its own any more`;
}

/** The release to go back to: the one that most of the other clusters have. */
function earlierVersion(topology: Topology, to: string): string | undefined {
  const { clusters } = topology;
  return clusters.map(({ name }) => versionIn(topology, name)).find((version) => version !== to);
}

function stopped(
  error: unknown,
  topology: Topology,
  {
    to,
    earlier,
    upgraded,
  }: {
    readonly to: string;
    readonly earlier: string | undefined;
    readonly upgraded: readonly string[];
  },
): Error {
  const last = upgraded.at(-1);
  if (last === undefined) return error as Error;
  const others = topology.clusters
    .map(({ name }) => name)
    .filter((name) => versionIn(topology, name) !== to);
  return new CommandError(
    `${messageOf(error)}\nThe upgrade stopped at ${last}. ` +
      (others.length > 0 ? `${others.join(", ")} still run the earlier release. ` : "") +
      `Run \`upgrade\` again to go on` +
      (earlier === undefined ? "" : `, or \`upgrade --to ${earlier}\` to go back`),
    {
      cause: error,
      exitCode: error instanceof CommandError ? error.exitCode : exitCodes.failed,
    },
  );
}

/** The same by hand, if no file can be edited. */
function byHand(to: string): string {
  return (
    "where `upgrade` can't edit it:\n" +
    `  1. write linkerdVersion: ${to} for one cluster, run \`up\` and \`verify\`\n` +
    "  2. write it for the others, one after the other, and do the same\n" +
    `  3. write linkerd.version: ${to}, leave out every linkerdVersion, and run \`up\``
  );
}
