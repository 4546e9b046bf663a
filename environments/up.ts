import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Plan } from "../planning/plan-types.ts";
import type { Proof } from "../verification/index.ts";
import { chooseBackend } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { clearStaleLocks, dropPendingOperations } from "./interrupted.ts";
import { planStack } from "./plan-stack.ts";
import { preflight } from "./preflight/preflight.ts";
import { readProject } from "./project.ts";
import { meshOf, prove } from "./proof.ts";
import { engineError } from "./report/engine-errors.ts";
import { describeStep, done, EngineProgress } from "./report/engine-progress.ts";
import type { Changed, Step } from "./report/engine-progress.ts";
import { runPhases } from "./report/phases.ts";
import type { Output, Phase, Tell } from "./report/phases.ts";
import { describeResource, isNotable } from "./report/resource-words.ts";
import type { StackFile } from "./stacks.ts";
import { withScratch } from "./scratch.ts";
import { readOutputs, readState, withoutReports } from "./state.ts";
import type { Outputs } from "./state.ts";
import { timeline } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";
import { bringTools } from "./tools.ts";
import type { Tools } from "./tools.ts";
import { openStack } from "./workspace.ts";

export interface UpRequest {
  readonly stack: StackFile;
  readonly output: Output;
  /** Variables over those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the state is. @default the person's own backend, else files in the state directory */
  readonly backend?: Backend;
  /** Directory of image archives that take precedence. @default the variable IMAGES */
  readonly images?: string | undefined;
  /** Interrupts: what is being made is tidied up, then the promise rejects. */
  readonly signal?: AbortSignal;
}

export interface UpResult {
  readonly plan: Plan;
  readonly proof: Proof;
  readonly outputs: Outputs;
  /** Operations of the engine, such as `{ create: 40 }` or `{ same: 40 }`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly timeline: Timeline;
  /** Every operation of the engine, with its times. */
  readonly steps: readonly Step[];
  /** Where every tool came from and which environment the engine ran in. */
  readonly tools: Tools;
}

/**
 * Brings a stack up: tools, checks of this machine, `pulumi up`, and the proof that what came of it
 * works.
 *
 * @throws CommandError and TopologyError, whose messages are for people
 */
export async function up(request: UpRequest): Promise<UpResult> {
  // First of all: a mistake in the topology must not cost anybody the time that tools take.
  const plan = await planStack(request.stack);
  let tools: Tools | undefined;
  let engine: EngineResult | undefined;
  let proof: Proof | undefined;
  const phases: Phase[] = [
    {
      title: "tools, images and charts",
      run: async (tell) => {
        tools = await bringTools({ plan, images: request.images, env: request.env, tell });
        return tools.summary;
      },
    },
    {
      title: "checks of this machine",
      run: async () => {
        const passed = await preflight(plan, present(tools).sources, present(tools).env);
        return `${passed} passed`;
      },
    },
    {
      title: `pulumi up of ${request.stack.name}`,
      run: async (tell) => {
        engine = await withScratch(present(tools).env, (env) => runEngine(request, env, tell));
        return describeChanges(engine.changes);
      },
    },
    {
      title: "proof",
      run: async (tell) => {
        proof = await prove(present(meshOf(present(engine).outputs)), tell, request.signal);
        const passed = proof.results.filter(({ state }) => state === "passed").length;
        const notRun = proof.results.length - passed;
        return `${passed} checks passed` + (notRun > 0 ? `, ${notRun} not run` : "");
      },
    },
  ];
  await runPhases(phases, request.output);
  return {
    plan,
    proof: present(proof),
    outputs: present(engine).outputs,
    changes: present(engine).changes,
    timeline: present(engine).timeline,
    steps: present(engine).steps,
    tools: present(tools),
  };
}

interface EngineResult {
  readonly changes: Readonly<Record<string, number>>;
  readonly timeline: Timeline;
  readonly steps: readonly Step[];
  readonly outputs: Outputs;
}

async function runEngine(request: UpRequest, env: Tools["env"], tell: Tell): Promise<EngineResult> {
  const backend = request.backend ?? (await chooseBackend({ ...process.env, ...request.env }));
  const { name: project } = await readProject();
  await clearStaleLocks(backend, project, request.stack.name);
  const stack = await openStack({ stack: request.stack, backend, env });
  const unfinished = await dropPendingOperations(backend, stack);
  for (const urn of unfinished) {
    tell.notice(`an earlier command was stopped while it worked on ${describeResource(urn)}`);
  }
  const started = performance.now();
  const progress = new EngineProgress((change) => {
    tellChange(change, tell);
  });
  const ticker = setInterval(() => {
    const now = performance.now();
    tell.current(progress.running.filter(isShown).map((step) => describeStep(step, now)));
  }, 500);
  try {
    const changes: Record<string, number> = {};
    await withoutReports(stack).up({
      onEvent: (event: EngineEvent) => {
        progress.handle(event);
        Object.assign(changes, event.summaryEvent?.resourceChanges);
      },
      // What the engine prints is told by its events; without a taker it would be discarded as well.
      color: "never",
      ...(request.signal && { signal: request.signal }),
    });
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
        "interrupted; the next up goes on from here, down takes all of it away",
      );
    }
    throw engineError("up", progress.errors, error);
  } finally {
    clearInterval(ticker);
  }
}

function isShown(step: { readonly urn: string; readonly operation: string }): boolean {
  return isNotable(step.urn) && step.operation !== "same";
}

function tellChange(change: Changed, tell: Tell): void {
  if (change.type === "warning") {
    const { urn, text } = change.message;
    tell.notice(urn === undefined ? text : `${describeResource(urn)}: ${text}`);
    return;
  }
  const { step, type } = change;
  if (!isShown(step)) return;
  const name = describeResource(step.urn);
  if (type === "status") tell.step(`${name}: ${step.status ?? ""}`);
  else if (type === "failed") tell.step(`${name}: failed`);
  else if (type === "ended" && step.ended !== undefined) {
    const seconds = ((step.ended - step.started) / 1000).toFixed(1);
    tell.step(`${name}: ${done(step.operation)} in ${seconds} s`);
  }
}

function describeChanges(changes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(changes)
    .filter(([operation, count]) => operation !== "same" && count > 0)
    .map(([operation, count]) => `${count} ${done(operation)}`);
  const same = changes["same"] ?? 0;
  if (parts.length === 0) return `no changes, ${same} resources as they were`;
  return [...parts, ...(same > 0 ? [`${same} unchanged`] : [])].join(", ");
}

/** A result of a phase that ran before: phases run in order, and stop at the first failure. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a phase ran before the one that it needs");
  return value;
}
