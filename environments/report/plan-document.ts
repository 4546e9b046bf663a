import { countResources } from "../../planning/count-resources.ts";
import type { Plan } from "../../planning/plan-types.ts";

/** The plan as machines read it. Fields may be added; a change of what is there changes `version`. */
export interface PlanDocument {
  readonly version: 1;
  /** Resources that Pulumi will tell of; absent where a cluster exists already. */
  readonly resources?: number;
  readonly plan: Plan;
}

/** @example process.stdout.write(JSON.stringify(planDocument(plan), null, 2)); */
export function planDocument(plan: Plan): PlanDocument {
  const resources = countResources(plan);
  return { version: 1, ...(resources !== undefined && { resources }), plan };
}
