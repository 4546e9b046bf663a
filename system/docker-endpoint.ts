import { timeLimits } from "./time-limits.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const usual = "unix:///var/run/docker.sock";

/**
 * Address of the daemon that the `docker` command talks to: DOCKER_HOST, else that of the context. The
 * context is DOCKER_CONTEXT, else the one that `docker context use` has chosen.
 *
 * @param changes variables that differ from this process's environment
 * @throws Error if Docker can't say, for example for a context that doesn't exist
 */
export async function dockerEndpoint(changes: Environment = {}): Promise<string> {
  const env = { ...process.env, ...changes };
  const host = env["DOCKER_HOST"] ?? "";
  if (host !== "") return host;
  const { execa } = await import("execa");
  const { exitCode, code, stdout, stderr } = await execa(
    "docker",
    ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
    { env, reject: false, timeout: timeLimits.dockerCommand },
  );
  // Contexts belong to the docker client. Without it, the usual address applies unless a context was named.
  if (code === "ENOENT" && (env["DOCKER_CONTEXT"] ?? "") === "") return usual;
  const endpoint = stdout.trim();
  if (exitCode === 0 && endpoint !== "") return endpoint;
  const said =
    stderr.trim() === "" ? (code ?? `exit code ${exitCode ?? "unknown"}`) : stderr.trim();
  throw new Error(
    `docker can't tell which daemon its context leads to: ${said}. Choose one that exists ` +
      "(`docker context ls`, `docker context use NAME`), or set DOCKER_HOST.",
  );
}

/**
 * Whether Docker's daemon runs on this machine, so that it uses the machine's ports, memory and files. A
 * daemon in a VM or on another machine can't be inspected from here.
 *
 * @throws Error if Docker can't say
 */
export async function isLocalDocker(env?: Environment): Promise<boolean> {
  return process.platform === "linux" && (await dockerEndpoint(env)).startsWith("unix://");
}

/** Whether somebody chose another daemon than a machine's usual one. */
export async function isOtherDocker(env: Environment = {}): Promise<boolean> {
  return dockerEndpoint(env).then(
    (endpoint) => endpoint !== usual || ({ ...process.env, ...env }["DOCKER_HOST"] ?? "") !== "",
    // A context that can't be read was chosen too.
    () => true,
  );
}

/**
 * Why this machine could not reach the API server of a kind cluster that a daemon creates: on another machine
 * kind publishes it there, and its loopback addresses lead nowhere from here.
 *
 * @param endpoint address of the daemon
 * @param listenAddress IPv4 address at which the API server listens there
 * @returns undefined if nothing speaks against it
 */
export function whyOutOfReach(endpoint: string, listenAddress: string): string | undefined {
  const isReachable = !/^(?:127\.|0\.0\.0\.0$)/.test(listenAddress);
  if (isReachable || !isElsewhere(endpoint)) return undefined;
  return (
    `Docker runs on another machine (${endpoint}), and the API server would listen at ${listenAddress} there, ` +
    "where this machine can't reach it: write an address of that machine as apiServerAddress, or choose a " +
    "daemon of this machine (docker context use default, or DOCKER_HOST)"
  );
}

/** Sockets and pipes are this machine's, or a VM's that passes its ports on. */
function isElsewhere(endpoint: string): boolean {
  const [, host] = /^(?:tcp|ssh|https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)/.exec(endpoint) ?? [];
  return host !== undefined && !/^(?:127\.[\d.]+|localhost|\[::1\]|)$/i.test(host);
}
