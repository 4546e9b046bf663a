import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type Backend, localBackend } from "../backend.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { RunRecord } from "./record.ts";

/** Environment variables that a run's own processes get in addition to the person's. */
export function runEnv(directory: string): Record<string, string> {
  return { XDG_STATE_HOME: directory };
}

/**
 * The backend of a run: files in its directory, even if the person is logged in to another one, or the one
 * that was chosen for it.
 *
 * @param url of the chosen backend
 * @param ownPassphrase the run's own file encrypts what it keeps there, whatever the environment says now
 */
export function runBackend(
  directory: string,
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  ownPassphrase = needsPassphrase(env),
): Backend {
  const state = stateDirectory(runEnv(directory));
  const workspaces = path.join(state, "workspaces");
  if (url === undefined) return { ...localBackend(state), workspaces };
  return {
    type: "person",
    directory: undefined,
    workspaces,
    env: {
      PULUMI_BACKEND_URL: url,
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      // Backends that keep secrets in another way ignore it.
      ...(ownPassphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(directory) }),
      // Pulumi prefers it to the file.
      ...(ownPassphrase &&
        env["PULUMI_CONFIG_PASSPHRASE"] !== undefined && {
          PULUMI_CONFIG_PASSPHRASE: readFileSync(passphraseFile(directory), "utf8"),
        }),
    },
  };
}

/** Whether the environment has no passphrase for a chosen backend. */
export function needsPassphrase(env: NodeJS.ProcessEnv): boolean {
  return (
    env["PULUMI_CONFIG_PASSPHRASE"] === undefined &&
    env["PULUMI_CONFIG_PASSPHRASE_FILE"] === undefined
  );
}

/** The backend in a run's record, whatever the environment chooses for others. */
export function backendOfRun(
  directory: string,
  record: Pick<RunRecord, "backendUrl" | "ownPassphrase">,
  env: NodeJS.ProcessEnv,
): Backend {
  return runBackend(directory, withCredentials(record.backendUrl, env), env, record.ownPassphrase);
}

/**
 * The record has no credentials. The caller may have them in the environment, as the owner of the run had.
 */
function withCredentials(url: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const own = env["PULUMI_BACKEND_URL"];
  return own !== undefined && url !== undefined && withoutCredentials(own) === url ? own : url;
}

/** Creates what a chosen backend needs besides itself. */
export async function prepareRunBackend(directory: string): Promise<void> {
  await writeFile(passphraseFile(directory), randomBytes(32).toString("base64url"), {
    mode: 0o600,
    flag: "wx",
  });
}

function passphraseFile(directory: string): string {
  return path.join(directory, "passphrase");
}

/** An address without its password. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)[^/@]*@/i, "$1");
}
