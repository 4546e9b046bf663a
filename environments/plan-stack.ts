import { planOrThrow } from "../planning/plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources.ts";
import { certificateFiles } from "./certificate-files.ts";
import { pathForPeople } from "./paths.ts";
import { readTopology } from "./stacks.ts";
import type { StackFile } from "./stacks.ts";

/**
 * What the stack's program will plan.
 *
 * @throws TopologyError with every problem of the topology
 */
export async function planStack(stack: StackFile, sources?: Sources): Promise<Plan> {
  return planOrThrow(await readTopology(stack), {
    name: stack.name,
    certificates: certificateFiles(),
    ...(sources && { sources }),
    ...(stack.origin && { from: pathForPeople(stack.origin.file) }),
  });
}
