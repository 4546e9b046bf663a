import os from "node:os";
import path from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Directory of what is kept between commands: the backend for people who have none, its passphrase, and the
 * clusters' kubeconfigs. It is removed once every stack is down.
 *
 * @param env the variables of the engine, which differ from this process's if a program runs inline
 * @returns `$XDG_STATE_HOME/linkerd-topology`, or `~/.local/state/linkerd-topology`
 */
export function stateDirectory(env: Env = process.env): string {
  const base = env["XDG_STATE_HOME"];
  return path.join(
    base === undefined || base === "" ? path.join(os.homedir(), ".local", "state") : base,
    "linkerd-topology",
  );
}

/**
 * Kubeconfig file of a kind cluster whose inputs name no other: `<owner>/<name>.kubeconfig` in the state
 * directory.
 */
export function defaultKubeconfigPath(owner: string, name: string, env: Env = process.env): string {
  return path.join(stateDirectory(env), owner, `${name}.kubeconfig`);
}

/** Whether a kubeconfig is such a file. */
export function isOwnFile(kubeconfigPath: string): boolean {
  return kubeconfigPath.startsWith(stateDirectory() + path.sep);
}
