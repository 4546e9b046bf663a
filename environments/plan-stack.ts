import { planOrThrow } from "../planning/plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources.ts";
import { certificateFiles } from "./certificate-files.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { readTopology } from "./stacks.ts";
import type { StackFile } from "./stacks.ts";

/**
 * What the stack's program will plan.
 *
 * @throws TopologyError with every problem of the topology
 */
export async function planStack(stack: StackFile, sources?: Sources): Promise<Plan> {
  const topology = await readTopology(stack);
  if (topology === undefined) {
    throw new CommandError(
      `the stack "${stack.name}" has no topology: ${stack.file} needs a value ` +
        "linkerd-topology:topology under config",
      { exitCode: exitCodes.badInput },
    );
  }
  return planOrThrow(topology, {
    name: stack.name,
    certificates: certificateFiles(),
    ...(sources && { sources }),
  });
}
