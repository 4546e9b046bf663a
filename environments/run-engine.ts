import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { type Backend, chooseBackend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import type { Consent } from "./consent.ts";
import { engineSignal } from "./interrupt.ts";
import { describeGone, openState, settleState, withStackLock } from "./interrupted.ts";
import { forgettingContents, wakeNodes } from "./nodes.ts";
import { refuseIncomplete, removeIncomplete } from "./losses.ts";
import { readProject } from "./project.ts";
import { inlineProgram } from "./program.ts";
import { withPatches } from "./pulumi-patches.ts";
import { engineError } from "./report/engine-errors.ts";
import { done, EngineProgress, type Step } from "./report/engine-progress.ts";
import type { Tell } from "./report/phase.ts";
import { describeResource } from "./report/resource-words.ts";
import type { StackFile } from "./stacks.ts";
import { type Outputs, readOutputs, readState, type State, withoutReports } from "./state.ts";
import { timeline, type Timeline } from "./timeline.ts";
import type { Tools } from "./tools.ts";
import { openStack } from "./workspace.ts";

/** What an `up` and its engine's phase are told. */
export interface EngineRequest {
  readonly stack: StackFile;
  /** Environment variables that override this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the state is. @default the person's own backend, else files in the state directory */
  readonly backend?: Backend;
  /**
   * Deletes or recreates clusters, with everything in them, if the plan lacks them or has them with other
   * settings. @default false
   */
  readonly replaceClusters?: Consent;
  /**
   * Reads every resource first, so that what was changed or deleted by hand is restored.
   * @default only if Docker says that a cluster is gone or has moved
   */
  readonly refresh?: boolean;
  /** Labels of the Docker network. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /** Interrupts. What is just being created is cleaned up, then the promise rejects. */
  readonly signal?: AbortSignal;
}

/** What the engine's phase knows by then. */
interface EnginePhase extends EngineRequest {
  readonly plan: Plan;
  /** Where images and charts come from. @default what the environment or the configuration says */
  readonly sources?: Sources | undefined;
  /** Called with the current state before anything is changed. If it rejects, nothing is changed. */
  readonly allow?: (state: State) => Promise<void>;
}

/** What an update of the engine did and found. */
export interface EngineResult {
  /** Operations of the engine, such as `{ create: 40 }` or `{ same: 40 }`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly timeline: Timeline;
  /** Every operation of the engine, with its times. */
  readonly steps: readonly Step[];
  readonly outputs: Outputs;
}

/**
 * `pulumi up`. First it cleans up what an earlier command left half done, and starts stopped nodes. If Docker
 * says that the state isn't true any more, the engine refreshes it.
 */
export async function runEngine(
  request: EnginePhase,
  env: Tools["env"],
  tell: Tell,
): Promise<EngineResult> {
  const backend = request.backend ?? chooseBackend({ ...process.env, ...request.env });
  const { name: project } = await readProject();
  return withStackLock(backend, project, request.stack.name, () =>
    runLocked(request, backend, env, tell),
  );
}

async function runLocked(
  request: EnginePhase,
  backend: Backend,
  env: Tools["env"],
  tell: Tell,
): Promise<EngineResult> {
  const stack = await openStack({ stack: request.stack, backend, env });
  const opened = await openState(backend, stack);
  const { state: before } = opened;
  for (const name of opened.gone) tell.notice(describeGone(name));
  const resources = before.deployment.resources ?? [];
  const { drift, gone, incomplete } = await wakeNodes(resources, tell, request.signal);
  refuseIncomplete(incomplete, request.replaceClusters);
  for (const one of drift) tell.notice(`${one}: the state is refreshed`);
  const refresh = request.refresh === true || drift.length > 0;
  const command = refresh ? "refresh" : "up";
  const known = { ...opened, state: forgettingContents(opened.state, gone) };
  const unfinished = await settleState(backend, stack, known, command, request.plan);
  for (const urn of unfinished) {
    tell.notice(`an earlier command was stopped while it worked on ${describeResource(urn)}`);
  }
  await request.allow?.(before);
  await removeIncomplete(incomplete, request.signal);
  const started = performance.now();
  const progress = new EngineProgress((change) => tell.engine?.(change));
  let began = false;
  try {
    const changes: Record<string, number> = {};
    request.signal?.throwIfAborted();
    await withPatches(() =>
      withoutReports(stack).up({
        program: inlineProgram(env, {
          labels: request.labels,
          origin: request.stack.origin,
          sources: request.sources,
        }),
        onEvent: (event: EngineEvent) => {
          began = true;
          progress.handle(event);
          Object.assign(changes, event.summaryEvent?.resourceChanges);
        },
        // The events report what the engine prints. Without a reader its output would be discarded as well.
        color: "never",
        refresh,
        ...(request.signal && { signal: engineSignal(request.signal, () => began) }),
      }),
    );
    const ended = performance.now();
    const { deployment } = await readState(backend, stack);
    return {
      changes,
      outputs: await readOutputs(backend, stack),
      steps: progress.steps,
      timeline: timeline(progress.steps, deployment.resources ?? [], started, ended),
    };
  } catch (error) {
    if (request.signal?.aborted === true) {
      throw new CommandError(
        "interrupted; the next up continues from here, down removes everything",
      );
    }
    throw engineError("up", progress.errors, error);
  }
}

/** Whether the engine found nothing to do. */
export function isUnchanged({ changes }: EngineResult): boolean {
  return Object.entries(changes).every(([operation, count]) => operation === "same" || count === 0);
}

/** The operations in a few words. */
export function describeChanges(changes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(changes)
    .filter(([operation, count]) => operation !== "same" && count > 0)
    .map(([operation, count]) => `${count} ${done(operation)}`);
  const same = changes["same"] ?? 0;
  if (parts.length === 0) return `no changes, ${same} resources unchanged`;
  return [...parts, ...(same > 0 ? [`${same} unchanged`] : [])].join(", ");
}
