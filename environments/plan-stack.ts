import { planOrThrow } from "../planning/plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { certificateFiles, kubeconfigFiles } from "./topology-files.ts";
import { pathForPeople } from "./paths.ts";
import { readTopology, type StackFile } from "./stacks.ts";

export interface PlanOptions {
  /** Where images come from. */
  readonly sources?: Sources | undefined;
  /**
   * The stack already runs: its state has its clusters' kubeconfigs, and the topology's are not read.
   * @default false
   */
  readonly runs?: boolean;
}

/**
 * The plan that the stack's program will make.
 *
 * @throws TopologyError with every problem of the topology, and of the files that it names
 */
export async function planStack(
  stack: StackFile,
  { sources, runs = false }: PlanOptions = {},
): Promise<Plan> {
  return planOrThrow(await readTopology(stack), {
    name: stack.name,
    certificates: certificateFiles(),
    ...(!runs && { kubeconfigs: kubeconfigFiles() }),
    ...(sources && { sources }),
    ...(stack.origin && { from: pathForPeople(stack.origin.file) }),
  });
}
