export { limits } from "./limits.ts";
export { plan, planOrThrow } from "./plan.ts";
export type { PlanContext, PlanResult } from "./plan.ts";
export type * from "./plan-types.ts";
export { TopologyError, formatProblem } from "./topology/problem.ts";
export type { Problem } from "./topology/problem.ts";
export type { Sources } from "./sources/sources.ts";
export { timeLimits } from "../system/time-limits.ts";
export type * from "./topology.ts";
