import type { KindClusterPlan, Plan } from "../../planning/plan-types.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import type { NodeContainer } from "../docker.ts";
import type { State } from "../state.ts";

export interface PreflightContext {
  readonly plan: Plan;
  readonly sources: Sources | undefined;
  /** Undefined if the stack is new, or can't be read. */
  readonly state?: State | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Every node of a kind cluster on this machine, whoever created it. */
  readonly containers: readonly NodeContainer[];
  /** Clusters of the plan that don't exist yet. */
  readonly missing: readonly KindClusterPlan[];
}

/** Returns what prevents an `up`, one sentence each with how to fix it. */
export type PreflightCheck = (context: PreflightContext) => Promise<readonly string[]>;

/** Also returns what a person should know although it doesn't prevent an `up`. */
export type NotingCheck = (
  context: PreflightContext,
) => Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }>;
