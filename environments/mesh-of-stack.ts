import type { Mesh } from "../verification/index.ts";
import { chooseBackend, localStacks } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { howToCall } from "./how-to-call.ts";
import { meshOf } from "./proof.ts";
import { readProject } from "./project.ts";
import { withScratch } from "./scratch.ts";
import type { StackFile } from "./stacks.ts";
import { readOutputs } from "./state.ts";
import type { Outputs } from "./state.ts";
import { bringPulumi } from "./tools.ts";
import { openExistingStack } from "./workspace.ts";

/** Which stack. */
export interface StackRequest {
  readonly stack: StackFile;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the state is. @default the person's own backend, else files in the state directory */
  readonly backend?: Backend;
}

/** What runs of a stack. */
export interface RunningStack {
  readonly mesh: Mesh;
  /** What the program of its last `up` told. */
  readonly outputs: Outputs;
}

/**
 * The running mesh of a stack, by its state.
 *
 * @throws CommandError, exit code 3, where the stack is not up
 */
export async function meshOfStack(request: StackRequest): Promise<Mesh> {
  return (await runningStack(request)).mesh;
}

/** {@link meshOfStack}, with all that its program told. */
export async function runningStack(request: StackRequest): Promise<RunningStack> {
  const { stack } = request;
  const env = { ...process.env, ...request.env };
  const backend = request.backend ?? (await chooseBackend(env));
  const project = await readProject();
  const notUp = new CommandError(
    `the stack "${stack.name}" is not up: ${howToCall("up", stack.name)}`,
    { exitCode: exitCodes.notUp },
  );
  if (
    backend.type === "local" &&
    !(await localStacks(backend, project.name)).includes(stack.name)
  ) {
    throw notUp;
  }
  const tools = await bringPulumi(env);
  const outputs = await withScratch(tools, async (env) => {
    const opened = await openExistingStack({ stack, backend, env });
    return opened && readOutputs(backend, opened);
  });
  const mesh = outputs && meshOf(outputs);
  if (outputs === undefined || mesh === undefined) throw notUp;
  return { mesh, outputs };
}
