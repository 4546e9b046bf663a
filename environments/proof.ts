import type { Plan, TrafficPlan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
// Not by the index, which loads what sends traffic as well.
import type { CheckResult } from "../verification/checks/check.ts";
import { heal } from "../verification/heal.ts";
import type { Mesh } from "../verification/observe.ts";
import { failuresOf, proveTopology } from "../verification/prove.ts";
import type { Proof } from "../verification/prove.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Tell } from "./report/phase.ts";
import type { Outputs } from "./state.ts";

/** What index.ts tells of a cluster, as far as the way into it is concerned. */
interface ClusterOutput {
  readonly name: string;
  readonly kubeconfigPath?: string;
  readonly context?: string;
  /** UID of its namespace kube-system; none of an earlier version. */
  readonly uid?: string;
}

/** A plan as a state has it: an earlier version wrote none of what it did not know. */
interface RecordedPlan extends Omit<Plan, "traffic"> {
  readonly traffic?: readonly (Omit<TrafficPlan, "serviceAnnotations"> & Partial<TrafficPlan>)[];
}

/**
 * The running mesh, by the outputs of its stack.
 *
 * @returns undefined where no `up` of the stack was ever finished
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
 * Asks the clusters until everything is as planned, and cures on the way what Linkerd does not recover
 * from by itself. What ails a mesh may show only after a while: it is looked for before each round. A mesh
 * that is as planned at the first look ails of nothing, and is asked no further.
 *
 * @param limit how long what may still pass is waited for, in milliseconds
 */
export async function prove(
  mesh: Mesh,
  limit: number,
  tell: Tell,
  signal?: AbortSignal,
): Promise<Proof> {
  const deadline = performance.now() + limit;
  const first = await proveTopology(mesh, { ...(signal && { signal }), limit: 0 });
  if (first.proved) return first;
  for (;;) {
    await heal(mesh, (line) => tell.notice(line), signal && { signal });
    const left = deadline - performance.now();
    const proof = await proveTopology(mesh, {
      ...(signal && { signal }),
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

/** A mesh that was installed, and found not to be as planned. */
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
