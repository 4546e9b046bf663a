import { describeChoice } from "../planning/linkerd/choose-version.ts";
import { linkerdNotices } from "../planning/linkerd/notices.ts";
import { controlPlanes } from "../planning/docker/fixed-addresses.ts";
import type { Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import type { Mesh, Proof } from "../verification/index.ts";
import { noticesIn } from "../verification/render/counts.ts";
import { adoptedMesh, allowAdoption } from "./adopt.ts";
import { chooseBackend } from "./backend.ts";
import { allowDataPlane, bringSources } from "./choose-sources.ts";
import type { Consent } from "./consent.ts";
import { ownerOf } from "./leftovers.ts";
import { allowLosses, leaveToRemove, refuseNewLosses } from "./losses.ts";
import { requireStateDirectory } from "./output-files.ts";
import { planStack } from "./plan-stack.ts";
import { planWithSources } from "./plan-with-sources.ts";
import { preflight, refuseRemoteDocker, requirePassed } from "./preflight/preflight.ts";
import { meshOf, NotProved, prove } from "./proof.ts";
import { refuseProtectedLosses } from "./protected.ts";
import { runPhases } from "./report/phases.ts";
import type { Output, Phase } from "./report/phase.ts";
import { describeChanges, isUnchanged, runEngine } from "./run-engine.ts";
import type { EngineRequest, EngineResult } from "./run-engine.ts";
import { readProject } from "./project.ts";
import { refuseOtherTopology, settleStack } from "./settle-stack.ts";
import type { SettledStack } from "./settle-stack.ts";
import { withScratch } from "./scratch.ts";
import { outputsIn } from "./state.ts";
import type { State } from "./state.ts";
import { bringEngine, teller } from "./tools.ts";
import type { Tools } from "./tools.ts";
import { refuseEarlyStep } from "./trust.ts";

export interface UpRequest extends EngineRequest {
  /** The topology's file was moved: the stack of the other file continues from this one. @default false */
  readonly moved?: boolean;
  readonly output: Output;
  /** Directory of image archives that take precedence. @default the variable IMAGES */
  readonly images?: string | undefined;
  /**
   * Searches again for images and charts, whatever the stack was made from before.
   * @default false
   */
  readonly newSources?: boolean;
  /**
   * Takes over a mesh that others made, if the topology says `adopt`. It is asked for once, with what it means.
   * @default false
   */
  readonly adopt?: Consent;
  /**
   * Stand-ins that carry no traffic replace Linkerd's proxy if its images can't be had.
   * @default false
   */
  readonly allowNoDataPlane?: Consent;
  /**
   * In a new stack they do so if no registry at all can be reached. A notice says it first. @default false
   */
  readonly withoutRegistry?: boolean;
  /** Environment variables for the engine and everything that it starts, and for nothing else. @default {} */
  readonly engineEnv?: Readonly<Record<string, string>>;
}

export interface UpResult extends EngineResult {
  /** Name of the stack. */
  readonly stack: string;
  readonly plan: Plan;
  readonly proof: Proof;
  /** Where every tool came from, and the engine's environment. */
  readonly tools: Tools;
}

/**
 * Brings a stack up: tools, checks of this machine, `pulumi up`, and the proof that the result works.
 *
 * @throws CommandError and TopologyError, whose messages are for people
 */
export async function up(request: UpRequest): Promise<UpResult> {
  // Comes first: a mistake in the topology must not cost the time that tools take.
  await planStack(request.stack);
  const settled = await settle(request);
  const { stack, state } = settled;
  const planned = await planWithSources({
    ...request,
    settled,
    env: { ...process.env, ...request.env },
  });
  const { choice } = planned;
  let { plan } = planned;
  refuseProtectedLosses(state, plan, stack.name);
  if (state === undefined) await refuseRemoteDocker(plan, { ...request.env });
  const notice = noticeTo(request.output);
  for (const text of [...linkerdNotices(plan), ...otherRelease(plan, state)]) notice(text);
  await allowDataPlane({ ...request, plan, choice, state, notice });
  if (plan.adopted === true) {
    const { adopt = false, signal } = request;
    await allowAdoption({ plan, stack: stack.name, state, consent: adopt, notice, signal });
  }
  let tools: Tools | undefined;
  let engine: EngineResult | undefined;
  let proof: Proof | undefined;
  // Not the toolchain's: a Docker daemon that it starts outlives the engine.
  const engineEnv = (): Tools["env"] => ({
    ...present(tools).env,
    ...leaveToRemove(allowed),
    ...request.engineEnv,
  });
  const meshNow = async (): Promise<Mesh> => {
    const mesh = present(meshOf(present(engine).outputs));
    return plan.adopted === true ? (await adoptedMesh(mesh, request.signal)).mesh : mesh;
  };
  const first: Phase[] = [
    {
      title: "tools, images and charts",
      run: async (tell) => {
        const brought = await bringEngine({ plan, state, env: request.env, tell });
        const sources = await bringSources(choice, {
          env: brought.env,
          makesNodes: plan.clusters.some(({ type }) => type === "kind"),
          wants: {
            prometheus: plan.observability !== undefined,
            jaeger: plan.observability?.tracing !== undefined,
            viz: plan.observability?.viz !== undefined,
            loadBalancer: plan.clusters.some(
              (one) => one.type === "kind" && one.bringsLoadBalancer === true,
            ),
            severalControlPlanes: plan.clusters.some(
              (one) => one.type === "kind" && controlPlanes(one) > 1,
            ),
          },
          onProgress: teller(tell),
          notice: (text) => tell.notice(text),
        });
        if (plan.observability?.viz !== undefined && sources.viz?.page === false) {
          tell.notice("linkerd-viz comes without its page: there is no image of it");
        }
        const none = sources.dataPlane === "none" ? "; no data plane (see the end)" : "";
        const linkerd = `; ${describeChoice(plan.linkerd)}`;
        tools = { ...brought, sources, summary: brought.summary + linkerd + none };
        return tools.summary;
      },
    },
  ];
  await runPhases(interruptible(first, request.signal), request.output);
  const { sources, env } = present(tools);
  plan = await planStack(stack, { sources });
  const allowed = await allowLosses(state, plan, {
    owner: ownerOf((await readProject()).name, stack.name),
    consent: request.replaceClusters,
    env,
    notice,
  });
  const phases: Phase[] = [
    {
      title: "checks of this machine",
      run: async (tell) => {
        const passed = requirePassed(await preflight(plan, sources, env, state));
        for (const { note } of passed) if (note !== undefined) tell.notice(note);
        return `${passed.length} passed`;
      },
    },
    {
      title: `pulumi up of ${stack.name}`,
      run: async (tell) => {
        // Another command may have changed the state since it was read.
        const allow = async (now: State): Promise<void> => {
          refuseOtherTopology({ ...request, stack, command: "up" }, now);
          refuseProtectedLosses(now, plan, stack.name);
          refuseNewLosses(now, plan, allowed);
          await refuseEarlyStep(plan, outputsIn(now), request.signal);
        };
        engine = await withScratch(engineEnv(), (env) =>
          runEngine({ ...request, stack, plan, sources, allow }, env, tell),
        );
        return describeChanges(engine.changes);
      },
    },
    {
      title: "proof",
      run: async (tell) => {
        let mesh = await meshNow();
        const provenWithin = async (limit: number): Promise<Proof> =>
          prove(mesh, limit, tell, request.signal);
        // If nothing was changed and the mesh still isn't as planned, somebody else changed something.
        if (request.refresh !== true && isUnchanged(present(engine))) {
          proof = await provenWithin(timeLimits.proofRound);
          if (!proof.proved) {
            tell.notice(
              "not as planned, though nothing changed in the plan: asking every resource",
            );
            const again = { ...request, stack, plan, sources, refresh: true };
            engine = await withScratch(engineEnv(), (env) => runEngine(again, env, tell));
            mesh = await meshNow();
          }
        }
        if (proof?.proved !== true) proof = await provenWithin(timeLimits.meshProved);
        if (!proof.proved) throw new NotProved(mesh, proof);
        for (const { notice, title, subjects } of noticesIn(proof.results)) {
          tell.notice(`${subjects.join(", ")}: ${title}: ${notice}`);
        }
        const passed = proof.results.filter(({ state }) => state === "passed").length;
        const notRun = proof.results.length - passed;
        return `${passed} checks passed` + (notRun > 0 ? `, ${notRun} not run` : "");
      },
    },
  ];
  await runPhases(interruptible(phases, request.signal), request.output, {
    clusters: plan.clusters.map(({ name }) => name),
  });
  return {
    stack: stack.name,
    plan,
    proof: present(proof),
    outputs: present(engine).outputs,
    changes: present(engine).changes,
    timeline: present(engine).timeline,
    steps: present(engine).steps,
    tools: present(tools),
  };
}

/** The release changes although nobody asked for it: the sources or the package's default changed. */
function otherRelease({ linkerd }: Plan, state: State | undefined): string[] {
  const before = state && (outputsIn(state)["plan"] as Plan | undefined)?.linkerd.version;
  if (before === undefined || before === linkerd.version || linkerd.chosenBy === "topology")
    return [];
  return [
    `This stack has Linkerd ${before} and gets ${describeChoice(linkerd)}. To keep the release that it has, ` +
      `write linkerd.version: ${before}`,
  ];
}

/** Finds the stack by its state, for which Pulumi may have to be installed. */
async function settle(request: UpRequest): Promise<SettledStack> {
  const env = { ...process.env, ...request.env };
  const backend = request.backend ?? chooseBackend(env);
  if (backend.directory !== undefined) await requireStateDirectory(backend.directory);
  return settleStack({ ...request, backend, env, command: "up" });
}

/** Shows a notice before the phases, or between two of them. */
function noticeTo(output: Output): (text: string) => void {
  return (text) => {
    if (output.reporter === undefined) output.write(`${text}\n`);
    else output.reporter.notice(text);
  };
}

/** No phase begins after the interrupt. */
function interruptible(phases: readonly Phase[], signal: AbortSignal | undefined): Phase[] {
  return phases.map((phase) => ({
    title: phase.title,
    run: async (tell) => {
      signal?.throwIfAborted();
      return phase.run(tell);
    },
  }));
}

/** A result of an earlier phase: phases run in order, and stop at the first failure. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a phase ran before the one that it needs");
  return value;
}
