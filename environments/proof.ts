import type { Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../planning/time-limits.ts";
import { failuresOf, heal, proveTopology } from "../verification/index.ts";
import type { CheckResult, Mesh, Proof } from "../verification/index.ts";
import { CommandError } from "./command-error.ts";
import type { Tell } from "./report/phases.ts";
import type { Outputs } from "./state.ts";

/** What index.ts tells of a cluster, as far as the way into it is concerned. */
interface ClusterOutput {
  readonly name: string;
  readonly kubeconfigPath?: string;
  readonly context?: string;
}

/**
 * The running mesh, by the outputs of its stack.
 *
 * @returns undefined where no `up` of the stack was ever finished
 */
export function meshOf(outputs: Outputs): Mesh | undefined {
  const plan = outputs["plan"] as Plan | undefined;
  const clusters = outputs["clusters"] as readonly ClusterOutput[] | undefined;
  if (plan === undefined || clusters === undefined) return undefined;
  return {
    plan,
    clusters: clusters.flatMap(({ name, kubeconfigPath, context }) =>
      kubeconfigPath === undefined
        ? []
        : [{ name, kubeconfigPath, ...(context !== undefined && { context }) }],
    ),
  };
}

/**
 * Asks the clusters until everything is as planned, and cures on the way what Linkerd does not recover
 * from by itself. What ails a mesh may show only after a while: it is looked for before each round.
 *
 * @param limit how long what may still pass is waited for, in milliseconds
 */
export async function prove(
  mesh: Mesh,
  limit: number,
  tell: Tell,
  signal?: AbortSignal,
): Promise<Proof> {
  const ends = performance.now() + limit;
  for (;;) {
    await heal(mesh, (line) => tell.notice(line), signal && { signal });
    const left = ends - performance.now();
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

/** What a proof found wanting, each with how to mend it. */
export function notProved(proof: Proof): CommandError {
  const failures = failuresOf(proof.results).map(
    (result) => `${describeResult(result)}: ${result.mend}`,
  );
  return new CommandError(
    ["everything was installed, but it is not as planned:", ...failures].join("\n  - ") +
      "\n`npm run status` shows all of it; `npm run up` again mends what it can",
  );
}

function describeResult(result: CheckResult): string {
  const why = result.state === "failed" ? ` (${result.problem})` : "";
  return `${result.subject}: ${result.title}${why}`;
}
