import { readFile } from "node:fs/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { timeLimits } from "../system/time-limits.ts";
import { type Backend, stateFile } from "./backend.ts";
import { resourceType } from "./report/resource-words.ts";

/** The fields of a resource in the state that the commands read. */
export interface StateResource {
  readonly urn: string;
  readonly custom: boolean;
  readonly id?: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly parent?: string;
  /** `<urn>::<id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly deletedWith?: string;
  /** It was replaced, and awaits its deletion. */
  readonly delete?: boolean;
  /** The engine refuses to delete or replace it. */
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** An operation that a command had begun when it was killed. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, ... */
  readonly type: string;
  readonly resource: StateResource;
}

/** A stack's state as Pulumi exports it. Secrets in it are encrypted. */
export interface State {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly PendingOperation[];
    /** How Pulumi encrypts secrets. */
    readonly secrets_providers?: object;
  };
}

/**
 * The state of a stack. The Automation API's own export can't be used: it decrypts every secret, and its
 * import then writes them into a temporary file.
 */
export async function readState(backend: Backend, stack: Stack): Promise<State> {
  return (await readStateFile(backend, stack)) ?? exportState(stack);
}

/** Stores a state that {@link readState} returned. Pulumi encrypts secrets in it that are readable. */
export async function writeState(stack: Stack, state: State): Promise<void> {
  // A file would have these secrets too.
  await run(stack, ["stack", "import", "--stack", stack.name], JSON.stringify(state));
}

/** The outputs of a stack's program, by name. */
export type Outputs = Readonly<Record<string, unknown>>;

/** The outputs of a stack. None of them is secret. */
export async function readOutputs(backend: Backend, stack: Stack): Promise<Outputs> {
  const state = await readStateFile(backend, stack);
  if (state === undefined) {
    const outputs = await stack.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
  }
  return outputsIn(state);
}

export function outputsIn({ deployment }: State): Outputs {
  const root = deployment.resources?.find(({ urn }) => resourceType(urn) === "pulumi:pulumi:Stack");
  return root?.outputs ?? {};
}

/**
 * The same stack without the Automation API's work after every update: three processes that read the outputs
 * twice and the history, which take a tenth of the time of an `up` without changes.
 */
export function withoutReports(stack: Stack): Stack {
  return Object.assign(Object.create(stack) as Stack, {
    outputs: () => Promise.resolve({}),
    info: () => Promise.resolve(undefined),
  });
}

/** Reads the local backend's own file, which is half a second faster than a process that exports it. */
async function readStateFile(backend: Backend, stack: Stack): Promise<State | undefined> {
  if (backend.directory === undefined) return undefined;
  const { name: project } = await stack.workspace.projectSettings();
  const file = stateFile(backend.directory, project, stack.name);
  try {
    return stateIn(await readFile(file, "utf8"), file);
  } catch {
    return undefined;
  }
}

/**
 * The state in a file of the local backend.
 *
 * @throws Error if it contains none
 */
export function stateIn(text: string, file: string): State {
  try {
    const content = JSON.parse(text) as {
      version: number;
      checkpoint: { latest?: State["deployment"] | null };
    };
    const { latest } = content.checkpoint;
    return { version: content.version, deployment: latest ?? {} };
  } catch (error) {
    throw new Error(
      `${file} can't be read as the state of a stack (${(error as Error).message}): put back one of the ` +
        "copies that Pulumi keeps in the folder backups beside it",
      { cause: error },
    );
  }
}

/** Exports the state through Pulumi, from any backend. */
export async function exportState(stack: Stack): Promise<State> {
  return JSON.parse(await run(stack, ["stack", "export", "--stack", stack.name])) as State;
}

async function run(stack: Stack, args: string[], input = ""): Promise<string> {
  const { workDir, envVars } = stack.workspace;
  const { stdout } = await execa("pulumi", [...args, "--non-interactive"], {
    cwd: workDir,
    env: envVars,
    input,
    timeout: timeLimits.stateAccess,
  });
  return stdout;
}
