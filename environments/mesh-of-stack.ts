import type { Mesh } from "../verification/index.ts";
import { type Backend, chooseBackend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { NamedWay } from "./contexts.ts";
import type { FoundMesh } from "./found-mesh.ts";
import { meshOf } from "./proof.ts";
import { settleStack } from "./settle-stack.ts";
import type { StackFile } from "./stacks.ts";
import { type Outputs, outputsIn } from "./state.ts";

/** Which stack. */
export interface StackRequest {
  readonly stack: StackFile;
  /** Clusters to look at instead of the stack's, whoever made their mesh. */
  readonly ways?: readonly NamedWay[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Where the state is. @default the person's own backend, else files in the state directory */
  readonly backend?: Backend | undefined;
  /** The calling command, for messages. @default "status" */
  readonly command?: string | undefined;
}

export interface RunningStack {
  readonly mesh: Mesh;
  /** The outputs of its last `up`. Empty if there was none. */
  readonly outputs: Outputs;
  /** Others made the mesh. */
  readonly found?: FoundMesh;
}

/**
 * The running mesh of a stack, from its state, with all outputs of its program. If there is no state, it
 * looks at existing clusters: others may have made a mesh of them.
 *
 * @throws CommandError, exit code 3, if the stack is not up
 */
export async function runningStack(request: StackRequest): Promise<RunningStack> {
  const env = { ...process.env, ...request.env };
  const { ways, signal } = request;
  if (ways !== undefined) {
    const { lookAt, meshOf: meshIn } = await import("./found-mesh.ts");
    const found = meshIn(await lookAt(ways, signal), ways);
    return { mesh: found.mesh, outputs: {}, found };
  }
  const backend = request.backend ?? chooseBackend(env);
  const { command = "status" } = request;
  const { stack, state } = await settleStack({ stack: request.stack, backend, env, command });
  const outputs = state && outputsIn(state);
  const mesh = outputs && meshOf(outputs);
  if (outputs === undefined || mesh === undefined) {
    const { findMesh } = await import("./mesh-of-file.ts");
    const found = await findMesh(stack, signal);
    if (typeof found === "object") return { mesh: found.mesh, outputs: {}, found };
    const why = found === undefined ? "" : `. Its clusters can't be looked at either: ${found}`;
    throw new CommandError(`the stack "${stack.name}" is not up: \`up\` brings it up${why}`, {
      exitCode: exitCodes.notUp,
    });
  }
  if (mesh.plan.adopted === true) {
    const { adoptedMesh } = await import("./adopt.ts");
    const found = await adoptedMesh(mesh, signal);
    return { mesh: found.mesh, outputs, found };
  }
  return { mesh, outputs };
}
