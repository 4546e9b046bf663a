import type { KindClusterPlan, Plan } from "../../planning/plan-types.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import type { NodeContainer } from "../docker.ts";
import type { State } from "../state.ts";

/** What the checks look at. */
export interface PreflightContext {
  readonly plan: Plan;
  readonly sources: Sources | undefined;
  /** Undefined where the stack is new, or can't be asked for. */
  readonly state?: State | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Every node of a kind cluster that this machine has, whoever made it. */
  readonly containers: readonly NodeContainer[];
  /** Clusters of the plan that have yet to be made. */
  readonly missing: readonly KindClusterPlan[];
}

/** Answers what stands in the way, one sentence each with how to fix it. */
export type PreflightCheck = (context: PreflightContext) => Promise<readonly string[]>;

/** Answers besides what a person should know though it doesn't stand in the way. */
export type NotingCheck = (
  context: PreflightContext,
) => Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }>;
