import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import type { Progress } from "../toolchain/progress.ts";
import { ensureToolchain, type ToolReport } from "../toolchain/toolchain.ts";
import type { Tell } from "./report/phase.ts";
import { needsDocker } from "./state-clusters.ts";
import type { State } from "./state.ts";

export interface ToolsRequest {
  /** Environment variables that override this process's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly tell: Tell;
}

/** Everything that must be on the machine before Pulumi can create clusters. */
export interface Tools {
  /** The whole environment of the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** Where images and charts come from, if not from the public registries. */
  readonly sources: Sources | undefined;
  readonly report: readonly ToolReport[];
  /** What was found or installed, in a few words. */
  readonly summary: string;
}

/** The engine, its plugins, Docker and kind, without images: enough to remove things. */
export async function bringEngine(
  request: ToolsRequest & {
    /** What is to be brought up. @default nothing: taking away asks for no limit of the machine */
    readonly plan?: Plan;
    /** Of the stack as it is. @default it may have kind clusters */
    readonly state?: State | undefined;
  },
): Promise<Omit<Tools, "sources">> {
  const { plan, state } = request;
  const counts = (plan?.clusters ?? []).map((one) => (one.type === "kind" ? one.nodes.length : 0));
  const nodes = counts.reduce((sum, count) => sum + count, 0);
  // Clusters that exist need neither Docker nor kind, in a container without them as well.
  const isKnown = state !== undefined || plan !== undefined;
  const clusters = nodes > 0 || !isKnown || (state !== undefined && needsDocker(state));
  const toolchain = await ensureToolchain({
    env: { ...process.env, ...request.env },
    clusters,
    nodes,
    onProgress: teller(request.tell),
  });
  for (const note of toolchain.notes) request.tell.notice(note);
  return {
    env: { ...toolchain.env },
    report: toolchain.report,
    summary: toolchain.report.map(({ tool, version }) => `${tool} ${version}`).join(", "),
  };
}

/** An environment with Pulumi alone: enough to read a stack. */
export async function bringPulumi(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  return { ...(await ensureToolchain({ env, clusters: false })).env };
}

/** Shows the progress of the toolchain. */
export function teller(tell: Tell): (progress: Progress) => void {
  const running = new Map<string, { detail: string; since: number }>();
  return ({ step, state, detail = "" }) => {
    if (state === "done" || state === "skipped") {
      running.delete(step);
      if (state === "done") tell.step(`${step}: ${detail}`);
    } else {
      const since = running.get(step)?.since ?? performance.now();
      running.set(step, { detail, since });
      tell.step(`${step}: ${detail}`);
    }
    const now = performance.now();
    tell.current(
      [...running].map(
        ([name, entry]) => `${name}: ${entry.detail} (${Math.round((now - entry.since) / 1000)} s)`,
      ),
    );
  };
}
