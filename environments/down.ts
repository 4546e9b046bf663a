import path from "node:path";
import { type Backend, chooseBackend, forgetStack, localStacks } from "./backend.ts";
import { engineSignal } from "./interrupt.ts";
import { describeGone, openState, settleState, withStackLock } from "./interrupted.ts";
import type { Consent } from "./consent.ts";
import { allowUnknown, findLeftovers, isEmpty, ownerOf, removeLeftovers } from "./leftovers.ts";
import type { Leftovers } from "./leftovers.ts";
import type { StackRequest } from "./mesh-of-stack.ts";
import { readProject, stackDirectory } from "./project.ts";
import { refuseProtected } from "./protected.ts";
import { engineError } from "./report/engine-errors.ts";
import { EngineProgress } from "./report/engine-progress.ts";
import { runPhases } from "./report/phases.ts";
import type { Output, Phase, Tell } from "./report/phase.ts";
import { settleStack } from "./settle-stack.ts";
import { findStack, knownStacks, type StackFile, unknownStack } from "./stacks.ts";
import { needsDocker } from "./state-clusters.ts";
import { type State, withoutReports } from "./state.ts";
import { withScratch } from "./scratch.ts";
import { bringEngine, type Tools } from "./tools.ts";
import { openExistingStack } from "./workspace.ts";

export interface DownRequest extends Omit<StackRequest, "ways" | "command"> {
  readonly output: Output;
  /** Removes clusters of this name even if nothing says that they belong to this state. @default false */
  readonly removeUnknown?: Consent;
}

export interface DownResult {
  readonly summary: string;
}

/**
 * A stack that can be removed: one with a configuration file, or one without its file that has state or
 * something on this machine.
 *
 * @throws CommandError if nothing of that name exists
 */
export async function findDownable(name: string): Promise<StackFile> {
  const known = await knownStacks();
  if (known.some((stack) => stack.name === name)) return findStack(name);
  const project = await readProject();
  const backend = chooseBackend(process.env);
  const states = await localStacks(backend, project.name);
  if (
    states.includes(name) ||
    !isEmpty(await findLeftovers(ownerOf(project.name, name)).catch(() => nothing))
  ) {
    return { name, file: path.join(stackDirectory(project), `Pulumi.${name}.yaml`) };
  }
  throw unknownStack(name, [...new Set([...known.map((stack) => stack.name), ...states])]);
}

const nothing: Leftovers = {
  networks: [],
  clusters: [],
  elsewhere: [],
  strangers: [],
  files: [],
};

/** Removes a stack, whatever state it is in. It doesn't touch what the stack didn't create. */
export async function down(request: DownRequest): Promise<DownResult> {
  const env = { ...process.env, ...request.env };
  const backend = request.backend ?? chooseBackend(env);
  const project = await readProject();
  const { stack, state } = await settleStack({
    stack: request.stack,
    backend,
    env,
    command: "down",
  });
  refuseProtected(state);
  const owner = ownerOf(project.name, stack.name);
  if (state === undefined) {
    await allowUnknown(await findLeftovers(owner, request.env), request.removeUnknown ?? false);
  }
  const removed: string[] = [];
  const phases: Phase[] = [
    {
      title: `pulumi destroy of ${stack.name}`,
      run: async (tell) => {
        const deleted = await destroy({ ...request, stack, state }, backend, project.name, tell);
        if (deleted === undefined) return "there is no such stack in the state";
        removed.push(...(deleted > 0 ? [`${deleted} resources of the state`] : []));
        return `${deleted} resources deleted`;
      },
    },
    {
      title: "leftovers outside the state",
      run: async () => {
        // Whatever Docker has of a stack its state has, or had begun, but for a state that was lost.
        if (state !== undefined && !needsDocker(state)) {
          return "none: the stack has only clusters that existed before";
        }
        const leftovers = await findLeftovers(owner, request.env);
        if (isEmpty(leftovers)) return "nothing";
        await removeLeftovers(leftovers, request.env);
        const list = [
          ...leftovers.clusters.map(({ name }) => `cluster ${name}`),
          ...leftovers.networks.map((name) => `Docker network ${name}`),
          ...leftovers.files,
        ];
        removed.push(...list);
        return `removed ${list.join(", ")}`;
      },
    },
  ];
  await runPhases(phases, request.output);
  await forgetStack(backend, project.name, stack.name);
  return {
    summary:
      removed.length === 0
        ? `Nothing is left of the stack ${stack.name}.`
        : `The stack ${stack.name} is gone.`,
  };
}

/** @returns number of resources deleted, or undefined if the backend has no such stack */
async function destroy(
  request: DownRequest & { readonly state: State | undefined },
  backend: Backend,
  project: string,
  tell: Tell,
): Promise<number | undefined> {
  // Without a state of the package there is nothing to ask Pulumi about, and no need to install it.
  const name = request.stack.name;
  if (backend.type === "local" && !(await localStacks(backend, project)).includes(name)) {
    return undefined;
  }
  const tools = await bringEngine({ env: request.env, state: request.state, tell });
  return withStackLock(backend, project, name, () =>
    withScratch(tools.env, (env) => runEngine(request, backend, env, tell)),
  );
}

async function runEngine(
  request: DownRequest,
  backend: Backend,
  env: Tools["env"],
  tell: Tell,
): Promise<number | undefined> {
  const stack = await openExistingStack({ stack: request.stack, backend, env });
  if (stack === undefined) return undefined;
  const opened = await openState(backend, stack);
  for (const name of opened.gone) tell.notice(describeGone(name));
  await settleState(backend, stack, opened, "down");
  const progress = new EngineProgress((change) => tell.engine?.(change));
  let began = false;
  try {
    await withoutReports(stack).destroy({
      onEvent: (event) => {
        began = true;
        progress.handle(event);
      },
      color: "never",
      ...(request.signal && { signal: engineSignal(request.signal, () => began) }),
    });
  } catch (error) {
    throw engineError("down", progress.errors, error);
  }
  // The configuration file belongs to the project, not to the stack: Pulumi would delete it as well.
  await stack.workspace.removeStack(request.stack.name, { preserveConfig: true });
  return progress.steps.filter(
    (step) => step.operation === "delete" && step.ended !== undefined && step.failed !== true,
  ).length;
}
