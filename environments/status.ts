import {
  failuresOf,
  observe,
  renderStatus,
  runChecks,
  statusDocument,
} from "../verification/index.ts";
import { chooseBackend, localStacks } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { meshOf } from "./proof.ts";
import { readProject } from "./project.ts";
import type { StackFile } from "./stacks.ts";
import { readOutputs } from "./state.ts";
import { bringPulumi } from "./tools.ts";
import { withScratch } from "./scratch.ts";
import { openExistingStack } from "./workspace.ts";

export interface StatusRequest {
  readonly stack: StackFile;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the state is. @default the person's own backend, else files in the state directory */
  readonly backend?: Backend;
  /** @default false */
  readonly color?: boolean;
}

export interface StatusResult {
  /** No check failed. */
  readonly healthy: boolean;
  readonly table: string;
  /** The same as an object, for programs. */
  readonly document: unknown;
}

/**
 * Asks the clusters of a stack how they are.
 *
 * @throws CommandError, exit code 3, where the stack is not up
 */
export async function status(request: StatusRequest): Promise<StatusResult> {
  const { stack } = request;
  const env = { ...process.env, ...request.env };
  const backend = request.backend ?? (await chooseBackend(env));
  const project = await readProject();
  const notUp = new CommandError(
    `the stack "${stack.name}" is not up: npm run up -- ${stack.name}`,
    { exitCode: 3 },
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
  if (mesh === undefined) throw notUp;
  const observed = await observe(mesh);
  const results = await runChecks(mesh.plan, observed);
  const failures = failuresOf(results);
  return {
    healthy: failures.length === 0,
    table: renderStatus(observed, { color: request.color ?? false, results }),
    document: statusDocument(observed, results),
  };
}
