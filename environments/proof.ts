import type { Plan, TrafficPlan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
// Not through the index, which also loads the code that sends traffic.
import type { CheckResult } from "../verification/checks/check.ts";
import { heal } from "../verification/heal.ts";
import type { Mesh } from "../verification/observe.ts";
import { failuresOf, type Proof, proveTopology } from "../verification/prove.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Tell } from "./report/phase.ts";
import type { Outputs } from "./state.ts";

/** The part of index.ts' output about a cluster that says how to reach it. */
interface ClusterOutput {
  readonly name: string;
  readonly kubeconfigPath?: string;
  readonly context?: string;
  /** UID of its namespace kube-system. An earlier version recorded none. */
  readonly uid?: string;
}

/** A plan in a state. An earlier version left out what it didn't know. */
interface RecordedPlan extends Omit<Plan, "traffic"> {
  readonly traffic?: readonly (Omit<TrafficPlan, "serviceAnnotations"> & Partial<TrafficPlan>)[];
}

/**
 * The running mesh, from the outputs of its stack.
 *
 * @returns undefined if no `up` of the stack ever finished
 */
export function meshOf(outputs: Outputs): Mesh | undefined {
  const plan = outputs["plan"] as RecordedPlan | undefined;
  const clusters = outputs["clusters"] as readonly ClusterOutput[] | undefined;
  if (plan === undefined || clusters === undefined) return undefined;
  const traffic = plan.traffic ?? [];
  return {
    plan: { ...plan, traffic: traffic.map((one) => ({ serviceAnnotations: {}, ...one })) },
    clusters: clusters.flatMap(({ name, kubeconfigPath, context, uid }) =>
      kubeconfigPath === undefined ? [] : [{ name, kubeconfigPath, context, uid }],
    ),
  };
}

/**
 * Asks the clusters until everything is as planned, and meanwhile repairs what Linkerd doesn't recover from
 * by itself. A fault may show only after a while, so it looks for faults before each round. A mesh that is as
 * planned at the first look has none, and isn't asked further.
 *
 * @param limit how long to wait for checks that may still pass, in milliseconds
 */
export async function prove(
  mesh: Mesh,
  limit: number,
  tell: Tell,
  signal?: AbortSignal,
): Promise<Proof> {
  const deadline = performance.now() + limit;
  const first = await proveTopology(mesh, { signal, limit: 0 });
  if (first.proved) return first;
  for (;;) {
    // A mesh of others is only looked at.
    if (mesh.plan.found !== true) {
      await heal(mesh, (line) => tell.notice(line), signal && { signal });
    }
    const left = deadline - performance.now();
    const proof = await proveTopology(mesh, {
      signal,
      limit: Math.max(0, Math.min(left, timeLimits.proofRound)),
      onWaiting: (missing) => {
        tell.current(missing.map(describeResult));
        for (const result of missing) tell.step(`not yet: ${describeResult(result)}`);
      },
    });
    const final = failuresOf(proof.results).some((failure) => failure.final === true);
    if (proof.proved || final || left <= timeLimits.proofRound) return proof;
  }
}

export class NotProved extends CommandError {
  readonly mesh: Mesh;
  readonly proof: Proof;

  constructor(mesh: Mesh, proof: Proof) {
    const failures = failuresOf(proof.results).map(
      (result) => `${describeResult(result)}: ${result.mend}`,
    );
    super(
      ["everything is installed, but not as planned:", ...failures].join("\n  - ") +
        "\n`status` shows all of it; `up` again repairs what it can",
      { exitCode: exitCodes.notProved },
    );
    this.mesh = mesh;
    this.proof = proof;
  }
}

function describeResult(result: CheckResult): string {
  const why = result.state === "failed" ? ` (${result.problem})` : "";
  return `${result.subject}: ${result.title}${why}`;
}
