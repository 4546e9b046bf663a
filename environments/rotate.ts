import { listNames } from "../planning/topology/problem.ts";
import { editTrust } from "../planning/trust/rotation/edit.ts";
import type { NextStep, RotationState } from "../planning/trust/rotation/state.ts";
import { timeLimits } from "../system/time-limits.ts";
import { TimeLimitReached, waitFor } from "../kubernetes/wait.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { runningStack, type RunningStack } from "./mesh-of-stack.ts";
import { planStack } from "./plan-stack.ts";
import { refuseAdopted } from "./refuse-adopted.ts";
import { runPhases } from "./report/phases.ts";
import { lookAtRotation, othersWorkloads, type RotationLook } from "./rotation/look.ts";
import { begun, outline } from "./rotation/outline.ts";
import { topologyFile, type TopologyFile } from "./rotation/topology-file.ts";
import type { TopologySource } from "./topology-source.ts";
import { wantedNext, anchorsIn } from "./trust.ts";
import { up, type UpRequest } from "./up.ts";

export interface RotateRequest extends Omit<UpRequest, "stack" | "refresh"> {
  /** A file with the topology, or a stack whose configuration contains it. It is edited step by step. */
  readonly source: TopologySource;
  /** Name of the topology. @default its own, the stack's or the file's */
  readonly name?: string | undefined;
  /**
   * How long to wait at each step for workloads that the package doesn't restart, in milliseconds.
   * @default ten minutes
   */
  readonly patience?: number | undefined;
}

export interface RotateResult {
  /** The only generation now. */
  readonly generation: number;
  /** An earlier rotation was completed, and none begun. */
  readonly resumed: boolean;
}

/** What a rotation would do now. */
export interface RotateOutlook {
  /** A rotation is in progress. */
  readonly underway: boolean;
  /** Undefined if the topology is not up, or this version hasn't brought it up yet. */
  readonly state: RotationState | undefined;
  /** The steps, a line each. */
  readonly steps: readonly string[];
  /** Workloads that somebody else has to restart meanwhile, as `east: shop/Deployment/web`. */
  readonly others: readonly string[];
}

/**
 * Replaces the trust anchor of a running stack in several steps. Each is an edit of the topology's file and
 * an `up`, and the next one begins when it is proved that it won't interrupt traffic. An interrupted rotation
 * continues where it stopped.
 *
 * @throws CommandError: exit code 2 if no file can be edited, 3 if the stack is not up, 4 if other people's
 *   workloads are not restarted in time; and everything that `up` throws
 *
 * @example
 * ```ts
 * await rotate({ source: { file: "lab.yaml" }, output });
 * ```
 */
export async function rotate(request: RotateRequest): Promise<RotateResult> {
  const topology = topologyFile(request.source, request.name, editsByHand);
  // Mistakes in the file are reported before anything is asked.
  refuseAdopted(await planStack(await topology.stack()), newAnchor);
  await topology.requireEditable();
  const before = await look(request, topology);
  const resumed = await isUnderWay(topology, before);
  // Completes what an earlier command left half done: a rotation begins only on a complete mesh.
  await bringUp(request, topology);
  if (!resumed) {
    const plan = await planStack(await topology.stack());
    await write(request, topology, "the next generation is listed", (spec) => begun(plan, spec));
    await bringUp(request, topology);
  }
  for (;;) {
    const state = await settled(request, topology);
    const { next, generation } = state;
    if (next?.edit === undefined) return { generation, resumed };
    const { edit } = next;
    await write(request, topology, editWords[edit.type](generation, state.older), (spec) =>
      editTrust(spec, edit),
    );
    await bringUp(request, topology);
  }
}

const newAnchor = "another trust anchor";

/** What {@link rotate} would do. It changes nothing. @throws CommandError as `rotate` does */
export async function rotateOutlook(request: RotateRequest): Promise<RotateOutlook> {
  const topology = topologyFile(request.source, request.name, editsByHand);
  const plan = await planStack(await topology.stack());
  refuseAdopted(plan, newAnchor);
  const seen = await look(request, topology);
  const underway = await isUnderWay(topology, seen);
  const { restart, anchors } = plan.trust;
  const newest = Math.max(...anchors.map(({ generation }) => generation));
  const others = seen.look === undefined ? [] : othersWorkloads(seen.running.mesh, seen.look.facts);
  if (!underway) {
    // Reports now what the first step would report.
    begun(plan, { clusters: [] });
    return { underway, state: seen.look?.state, steps: outline(newest, restart), others };
  }
  const open = seen.look?.state.steps.filter((step) => step.open.length > 0) ?? [];
  const steps = open.map(
    ({ title, open: where }) => `${title}: ${listNames(where).replaceAll('"', "")}`,
  );
  return { underway, state: seen.look?.state, steps, others };
}

interface Seen {
  readonly running: RunningStack;
  readonly look: RotationLook | undefined;
}

async function look(request: RotateRequest, topology: TopologyFile): Promise<Seen> {
  const running = await runningStack({
    ...request,
    stack: await topology.stack(),
    command: "rotate",
  });
  return { running, look: await lookAtRotation(running, request.signal) };
}

/** The file or the clusters are between two generations, or the file is ahead of the clusters. */
async function isUnderWay(topology: TopologyFile, { running, look }: Seen): Promise<boolean> {
  const plan = await planStack(await topology.stack());
  if (plan.trust.anchors.length > 1) return true;
  if (look === undefined) return false;
  if (look.wanted.anchors.length > 1 || look.state.next !== undefined) return true;
  const [wanted] = wantedNext(plan, anchorsIn(running.outputs)).anchors;
  return wanted?.id !== look.wanted.anchors[0]?.id;
}

async function bringUp(request: RotateRequest, topology: TopologyFile): Promise<void> {
  request.signal?.throwIfAborted();
  await up({ ...request, stack: await topology.stack() });
}

const editWords = {
  sign: (generation: number) => `generation ${generation} signs`,
  retire: (_: number, older: readonly number[]) => `generation ${older.join(" and ")} is left out`,
} as const;

async function write(
  { output, signal }: RotateRequest,
  topology: TopologyFile,
  what: string,
  change: Parameters<TopologyFile["edit"]>[0],
): Promise<void> {
  signal?.throwIfAborted();
  const run = async (): Promise<string> => {
    await topology.edit(change);
    return what;
  };
  await runPhases([{ title: `edit of ${topology.file}`, run }], output);
}

/** Waits until the last step is proved, which may depend on other people. */
async function settled(request: RotateRequest, topology: TopologyFile): Promise<RotationState> {
  const { output, signal, patience = timeLimits.othersRestarted } = request;
  const running = await runningStack({
    ...request,
    stack: await topology.stack(),
    command: "rotate",
  });
  let state: RotationState | undefined;
  let open: NextStep | undefined;
  await runPhases(
    [
      {
        title: "proof of the rotation's step",
        run: async (tell) => {
          try {
            state = await waitFor({
              what: "waiting for the rotation's step to be complete",
              limit: patience,
              look: async () => {
                const seen = await lookAtRotation(running, signal);
                if (seen === undefined) throw new Error("the stack has no output with its anchors");
                const { next } = seen.state;
                if (next === undefined || next.edit !== undefined) {
                  return { done: true, value: seen.state };
                }
                open = next;
                return { done: false, seen: next.advice };
              },
              signal,
              onSeen: (advice) => tell.notice(advice),
            });
          } catch (error) {
            if (!(error instanceof TimeLimitReached) || open === undefined) throw error;
            throw new CommandError(
              `the rotation stops before its next step. ${open.advice}\nThen run \`rotate\` again: it continues ` +
                "from there",
              { exitCode: exitCodes.notProved },
            );
          }
          const done = state.steps.filter((step) => step.open.length === 0).at(-1);
          return state.next === undefined
            ? `generation ${state.generation} is alone`
            : (done?.title ?? "complete");
        },
      },
    ],
    output,
  );
  if (state === undefined) throw new Error("a proof without a state");
  return state;
}

const editsByHand =
  "where `rotate` can't edit it. With N for the newest generation of the trust anchor and N+1 " +
  "for the next:\n" +
  "  1. list both in trust.anchors, and run `up`\n" +
  "  2. write trust.signer: N+1, and run `up`\n" +
  "  3. leave out generation N and trust.signer, and run `up`\n" +
  "Each `up` refuses what comes too early; `status` shows what is still missing";
