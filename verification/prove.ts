import { timeLimits } from "../system/time-limits.ts";
import type { CheckResult } from "./checks/check.ts";
import { runChecks } from "./checks/run-checks.ts";
import { Connections } from "./connections.ts";
import { type Mesh, observe } from "./observe.ts";
import type { MeshStatus } from "./status.ts";
import { TimeLimitReached, waitFor } from "../kubernetes/wait.ts";

export interface ProveOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for checks that may still pass, in milliseconds. @default timeLimits.meshProved */
  readonly limit?: number | undefined;
  /** Called with the checks that don't pass yet, whenever they change. */
  readonly onWaiting?: ((missing: readonly CheckResult[]) => void) | undefined;
  /** More checks, run at every look. @default none */
  readonly further?: ((status: MeshStatus) => Promise<readonly CheckResult[]>) | undefined;
  /** @default new ones, kept from look to look */
  readonly connections?: Connections | undefined;
}

/** The result of a proof: a mesh is proved if no check failed. */
export interface Proof {
  readonly proved: boolean;
  readonly status: MeshStatus;
  readonly results: readonly CheckResult[];
}

/**
 * Proves that the running mesh matches the plan. It asks the clusters until every check passes, one fails for
 * good, or the time is over. Failures are part of the result; see {@link failuresOf}.
 */
export async function proveTopology(mesh: Mesh, options: ProveOptions = {}): Promise<Proof> {
  const connections = options.connections ?? new Connections(options);
  let latest: Proof | undefined;
  let told = "";
  const look = async (): Promise<Proof> => {
    const status = await observe(mesh, { connections });
    const [usual, further = []] = await Promise.all([
      runChecks(mesh.plan, status),
      options.further?.(status),
    ]);
    const results = [...usual, ...further];
    const missing = failuresOf(results);
    const telling = JSON.stringify(missing);
    if (telling !== told && missing.length > 0) options.onWaiting?.(missing);
    told = telling;
    latest = { proved: missing.length === 0, status, results };
    return latest;
  };
  try {
    return await waitFor({
      what: "waiting for the mesh to be as planned",
      limit: options.limit ?? timeLimits.meshProved,
      // A watch looks once per round. The next round shows what has recovered.
      twice: options.limit !== 0,
      look: async () => {
        const proof = await look();
        const forGood = failuresOf(proof.results).some(({ final }) => final === true);
        return proof.proved || forGood
          ? { done: true, value: proof }
          : { done: false, seen: `${failuresOf(proof.results).length} checks failed` };
      },
      signal: options.signal,
    });
  } catch (error) {
    if (latest !== undefined && error instanceof TimeLimitReached) return latest;
    throw error;
  }
}

/** The checks that failed. */
export function failuresOf(
  results: readonly CheckResult[],
): readonly Extract<CheckResult, { state: "failed" }>[] {
  return results.filter((result) => result.state === "failed");
}
