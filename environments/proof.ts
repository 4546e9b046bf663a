import type { Plan } from "../planning/plan-types.ts";
import { failuresOf, proveTopology } from "../verification/index.ts";
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
 * Asks the clusters until everything is as planned.
 *
 * @throws CommandError with everything that is not
 */
export async function prove(mesh: Mesh, tell: Tell, signal?: AbortSignal): Promise<Proof> {
  const proof = await proveTopology(mesh, {
    ...(signal && { signal }),
    onWaiting: (missing) => {
      tell.current(missing.map(describeResult));
      for (const result of missing) tell.step(`not yet: ${describeResult(result)}`);
    },
  });
  if (proof.proved) return proof;
  const failures = failuresOf(proof.results).map(
    (result) => `${describeResult(result)}: ${result.mend}`,
  );
  throw new CommandError(
    ["everything was installed, but it is not as planned:", ...failures].join("\n  - ") +
      "\n`npm run status` shows all of it; `npm run up` again mends what it can",
  );
}

function describeResult(result: CheckResult): string {
  const why = result.state === "failed" ? ` (${result.problem})` : "";
  return `${result.subject}: ${result.title}${why}`;
}
