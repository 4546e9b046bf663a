import { timeLimits } from "./time-limits.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const usual = "unix:///var/run/docker.sock";

/**
 * Address of the daemon that the `docker` command talks to. DOCKER_HOST comes first, then the context: that of
 * DOCKER_CONTEXT, or the one that `docker context use` has chosen.
 *
 * @param changes what is set beside this process's environment
 * @throws Error where Docker can't tell, such as for a context that doesn't exist
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
  // Contexts are the client's: without it there are none but the one that is asked for by name.
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
 * Whether Docker's daemon runs on this machine, whose ports, memory and files are then the daemon's too.
 * One in a VM or on another machine can't be looked at from here.
 *
 * @throws Error where Docker can't tell
 */
export async function isLocalDocker(env?: Environment): Promise<boolean> {
  return process.platform === "linux" && (await dockerEndpoint(env)).startsWith("unix://");
}

/** Whether somebody chose another daemon than the one that a machine usually has. */
export async function isOtherDocker(env: Environment = {}): Promise<boolean> {
  return dockerEndpoint(env).then(
    (endpoint) => endpoint !== usual || ({ ...process.env, ...env }["DOCKER_HOST"] ?? "") !== "",
    // A context that can't be read was chosen too.
    () => true,
  );
}
