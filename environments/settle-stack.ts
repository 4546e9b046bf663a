import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { MadeFrom } from "../planning/sources/made-from.ts";
import { type Backend, workspaceDirectory } from "./backend.ts";
import { badInput } from "./command-error.ts";
import { readJournal } from "./drills/journal.ts";
import { howToCall } from "./how-to-call.ts";
import { isSameOrigin, madeFromAnother } from "./origin.ts";
import { readProject } from "./project.ts";
import { resourceType } from "./report/resource-words.ts";
import { withScratch } from "./scratch.ts";
import type { StackFile } from "./stacks.ts";
import { exportState, type State, stateIn } from "./state.ts";

/** A stack before a command changes it. */
export interface SettledStack {
  /** With the name that its state has. */
  readonly stack: StackFile;
  /** Undefined if the backend has no such stack. */
  readonly state: State | undefined;
  /** Also undefined if an earlier version created it, which recorded nothing. */
  readonly madeFrom: MadeFrom | undefined;
}

export interface SettleRequest {
  readonly stack: StackFile;
  readonly backend: Backend;
  readonly env: NodeJS.ProcessEnv;
  /** The stack continues from another file than before. @default false */
  readonly moved?: boolean | undefined;
  /** The command to name in messages. */
  readonly command: string;
}

/**
 * Finds the state that belongs to a topology, and makes sure that it does.
 *
 * @throws CommandError, exit code 2, if the stack of that name was made from another file, or if it is
 *   unclear which of two names it has
 */
export async function settleStack(request: SettleRequest): Promise<SettledStack> {
  const { stack } = request;
  const state = await stateOf(request, stack.name);
  if (state === undefined && stack.formerName !== undefined) {
    const former = await settleFormer(request, stack.formerName);
    if (former !== undefined) {
      await settleDrillOf(request, former.stack);
      return former;
    }
  }
  refuseOtherTopology(request, state);
  await settleDrillOf(request, stack);
  return { stack, state, madeFrom: state && madeFromIn(state) };
}

/** First puts back what a killed drill took away. */
async function settleDrillOf({ command, env }: SettleRequest, stack: StackFile): Promise<void> {
  if ((await readJournal(stack.name, env)) === undefined) return;
  // Few commands find one, and loading the code is slow.
  const { settleDrill } = await import("./drills/put-back.ts");
  const tell = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  await settleDrill({ stack: stack.name, env, command, tell });
}

/** @throws CommandError, exit code 2, if the state belongs to a topology in another file */
export function refuseOtherTopology(
  { stack, moved = false, command }: Pick<SettleRequest, "stack" | "moved" | "command">,
  state: State | undefined,
): void {
  const recorded = state && madeFromIn(state)?.topology;
  if (recorded === undefined || stack.origin === undefined || moved) return;
  if (isSameOrigin(recorded, stack.origin)) return;
  throw madeFromAnother(stack.name, recorded.file, stack.origin.file, command);
}

/** Earlier versions cut the file's name at its first full stop. */
async function settleFormer(
  request: SettleRequest,
  formerName: string,
): Promise<SettledStack | undefined> {
  const { stack, command } = request;
  const state = await stateOf(request, formerName);
  if (state === undefined || (state.deployment.resources ?? []).length === 0) return undefined;
  const madeFrom = madeFromIn(state);
  const recorded = madeFrom?.topology;
  const file = stack.origin?.file ?? stack.file;
  if (recorded === undefined) {
    throw badInput(
      `${file} is the stack "${stack.name}", which does not exist; but there is a stack "${formerName}". ` +
        `Earlier versions gave that name to every file ${formerName}.*, and did not record which. Say which stack ` +
        `you mean:\n  ${howToCall(command, [file, "--name", formerName])}   the existing stack\n` +
        `  ${howToCall(command, [file, "--name", stack.name])}   a stack of this file's own`,
    );
  }
  if (stack.origin === undefined || !isSameOrigin(recorded, stack.origin)) return undefined;
  return { stack: { ...stack, name: formerName }, state, madeFrom };
}

/** What a stack was made from, as its state recorded it. */
export function madeFromIn({ deployment }: State): MadeFrom | undefined {
  const topology = deployment.resources?.find(
    ({ urn }) => resourceType(urn) === "linkerd-topology:index:Topology",
  );
  return topology?.outputs?.["madeFrom"] as MadeFrom | undefined;
}

/**
 * A stack's state in a backend. For the local backend it doesn't need Pulumi.
 *
 * @throws Error if there is a state that can't be read
 */
async function stateOf(
  { stack, backend, env }: SettleRequest,
  name: string,
): Promise<State | undefined> {
  if (backend.directory !== undefined) {
    const { name: project } = await readProject();
    const file = path.join(backend.directory, ".pulumi", "stacks", project, `${name}.json`);
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    return stateIn(text, file);
  }
  const workspace = workspaceDirectory(backend, name);
  const before = workspace === undefined || existsSync(workspace);
  const [{ bringPulumi }, { openExistingStack }] = await Promise.all([
    import("./tools.ts"),
    import("./workspace.ts"),
  ]);
  const state = await withScratch(await bringPulumi(env), async (scratch) => {
    const opened = await openExistingStack({
      stack: { ...stack, name },
      backend,
      env: scratch,
    });
    return opened && exportState(opened);
  });
  if (state === undefined && !before) await rm(workspace, { recursive: true, force: true });
  return state;
}
