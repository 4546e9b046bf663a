import { countResources } from "../../planning/count-resources.ts";
import type { Plan } from "../../planning/plan-types.ts";

/** The plan for machines. New fields don't change `version`; any other change does. */
export interface PlanDocument {
  readonly version: 1;
  /** The number of resources that Pulumi will report. Absent if a cluster exists already. */
  readonly resources?: number;
  readonly plan: Plan;
}

/** @example process.stdout.write(JSON.stringify(planDocument(plan), null, 2)); */
export function planDocument(plan: Plan): PlanDocument {
  const resources = countResources(plan);
  return { version: 1, ...(resources !== undefined && { resources }), plan };
}
