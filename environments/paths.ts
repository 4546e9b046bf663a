import os from "node:os";
import path from "node:path";

/** The checkout: the Pulumi project that the commands run. */
export const projectDirectory = path.dirname(import.meta.dirname);

/**
 * Where the state of the commands is kept: the backend for people without one of their own, its
 * passphrase, and the clusters' kubeconfigs. Nothing is left in it once every stack is down.
 */
export function stateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base = env["XDG_STATE_HOME"];
  return path.join(
    base === undefined || base === "" ? path.join(os.homedir(), ".local", "state") : base,
    "linkerd-topology",
  );
}

/** A path as short as it can be said: from here, where it is below, else in full. */
export function pathForPeople(file: string): string {
  const fromHere = path.relative(process.cwd(), file);
  return fromHere === "" || fromHere.startsWith("..") || path.isAbsolute(fromHere)
    ? file
    : fromHere;
}
