import { randomBytes, randomUUID } from "node:crypto";
import { chmod, link, mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isMissing, readPlainFile } from "../system/plain-file.ts";
import { stateDirectory } from "../system/state-directory.ts";
import { badInput } from "./command-error.ts";
import { messageOf } from "../system/message-of.ts";

/** Where Pulumi keeps the state of the stacks. */
export interface Backend {
  /**
   * `person`: the backend that the person has chosen or is logged in to. The commands use it unchanged.
   * `local`: files in the state directory, which the commands create.
   */
  readonly type: "person" | "local";
  /** Directory of the state. Only the local backend has one. */
  readonly directory: string | undefined;
  /** Directory for project files of stacks that have none. @default beside the local backend's directory */
  readonly workspaces?: string;
  /** Environment variables that make Pulumi use it. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param env the environment that Pulumi will run in */
export function chooseBackend(env: NodeJS.ProcessEnv): Backend {
  if (hasOwnBackend(env)) {
    // The toolchain may give Pulumi another home; the login is still in the person's.
    const login = env["PULUMI_CREDENTIALS_PATH"] ?? pulumiHome(env);
    return {
      type: "person",
      directory: undefined,
      workspaces: path.join(stateDirectory(env), "workspaces"),
      env: { PULUMI_CREDENTIALS_PATH: login },
    };
  }
  return localBackend(stateDirectory(env));
}

function hasOwnBackend(env: NodeJS.ProcessEnv): boolean {
  if ((env["PULUMI_BACKEND_URL"] ?? "") !== "" || (env["PULUMI_ACCESS_TOKEN"] ?? "") !== "") {
    return true;
  }
  const home = env["PULUMI_CREDENTIALS_PATH"] ?? pulumiHome(env);
  const file = path.join(home, "credentials.json");
  try {
    const credentials: unknown = JSON.parse(readPlainFile(file));
    const current = (credentials as { current?: unknown } | null)?.current;
    return typeof current === "string" && current !== "";
  } catch (error) {
    if (isMissing(error)) return false;
    const reason = error instanceof SyntaxError ? "it is not JSON" : messageOf(error);
    // Another backend than the person's would know none of their clusters.
    throw badInput(
      `${file} can't be read: ${reason}. It says which Pulumi backend you are logged in to, and so where the ` +
        "state is. Log in again (`pulumi login`), or set PULUMI_BACKEND_URL; or delete the file if you are not logged in",
      { cause: error },
    );
  }
}

function pulumiHome(env: NodeJS.ProcessEnv): string {
  return env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
}

/** A backend of files below a state directory, as far as it exists. {@link prepareBackend} creates it. */
export function localBackend(state: string): Backend {
  const directory = path.join(state, "backend");
  return {
    type: "local",
    directory,
    env: {
      PULUMI_BACKEND_URL: localBackendUrl(directory),
      // Using this backend must not change the person's login.
      PULUMI_CREDENTIALS_PATH: directory,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(directory),
      // The salt is kept next to the copy of the configuration. If that is lost, Pulumi uses the salt in the
      // state. A new salt could not decrypt what the old one encrypted.
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    },
  };
}

/**
 * Without `metadata=skip`, Pulumi keeps a file with attributes beside each state and lock. It doesn't write
 * that file atomically: if the engine is killed at that moment, the file is empty and no command works any
 * more ("failed to load checkpoint: EOF").
 */
export function localBackendUrl(directory: string): string {
  return `${pathToFileURL(directory).href}?metadata=skip`;
}

function passphraseFile(directory: string): string {
  return path.join(path.dirname(directory), "passphrase");
}

/** Prepares the local backend for its first stack. */
export async function prepareBackend(backend: Backend): Promise<void> {
  if (backend.directory === undefined) return;
  const state = path.dirname(backend.directory);
  await mkdir(backend.directory, { recursive: true, mode: 0o700 });
  await chmod(state, 0o700);
  // Written elsewhere, then linked: of two simultaneous commands, one creates the passphrase and both use it.
  const file = passphraseFile(backend.directory);
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Where the local backend keeps the states of a project's stacks. */
function statesDirectory(directory: string, project: string): string {
  return path.join(directory, ".pulumi", "stacks", project);
}

/** The file in which the local backend keeps the state of a stack. */
export function stateFile(directory: string, project: string, stack: string): string {
  return path.join(statesDirectory(directory, project), `${stack}.json`);
}

/**
 * Stacks of a project that the local backend holds.
 *
 * @throws Error if its directory can't be read
 */
export async function localStacks(backend: Backend, project: string): Promise<string[]> {
  if (backend.directory === undefined) return [];
  const entries = await readdir(statesDirectory(backend.directory, project)).catch(
    (error: unknown): string[] => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.endsWith(".json"))
    .map((entry) => entry.slice(0, -".json".length))
    .sort();
}

/**
 * Removes what the local backend keeps of a removed stack (history, backups). After the last stack it also
 * removes the state directory's own files.
 */
export async function forgetStack(backend: Backend, project: string, stack: string): Promise<void> {
  const workspace = workspaceDirectory(backend, stack);
  if (workspace !== undefined) await rm(workspace, { recursive: true, force: true });
  if (backend.directory === undefined) {
    if (workspace !== undefined) await removeIfEmpty(path.dirname(workspace));
    return;
  }
  const pulumi = path.join(backend.directory, ".pulumi");
  for (const kind of ["history", "backups", "locks/organization", "history-checkpoints"]) {
    await rm(path.join(pulumi, kind, project, stack), { recursive: true, force: true });
  }
  const state = path.dirname(backend.directory);
  await rm(path.join(state, "locks", stack), { recursive: true, force: true });
  // A workspace without a stack belongs to another command that is just bringing one up.
  const workspaces = await readdir(path.join(state, "workspaces")).catch(() => []);
  if (workspaces.length > 0 || (await localStacks(backend, project)).length > 0) return;
  for (const name of ["backend", "locks", "workspaces", "passphrase"]) {
    await rm(path.join(state, name), { recursive: true, force: true });
  }
  // Other people's files in the directory keep it.
  if ((await readdir(state).catch(() => ["?"])).length === 0) await rm(state, { recursive: true });
}

/** Also removes the state directory around it. */
async function removeIfEmpty(workspaces: string): Promise<void> {
  for (const directory of [workspaces, path.dirname(workspaces)]) {
    try {
      await rmdir(directory);
    } catch {
      // Not empty, or missing.
      return;
    }
  }
}

/** Directory of the stack's project file. Undefined: the project's own. */
export function workspaceDirectory(backend: Backend, stack: string): string | undefined {
  const { directory, workspaces } = backend;
  if (workspaces !== undefined) return path.join(workspaces, stack);
  return directory && path.join(path.dirname(directory), "workspaces", stack);
}
