import type { ExecaError } from "execa";
import { dockerEndpoint } from "../../system/docker-endpoint.ts";
import { timeLimits } from "./constants.ts";

export interface DockerOptions {
  readonly signal?: AbortSignal | undefined;
  /** Written to standard input. */
  readonly input?: string;
  /** File that becomes standard input. */
  readonly inputFile?: string;
  /** Milliseconds. @default timeLimits.dockerCommand */
  readonly limit?: number;
}

/** A Docker command failed. The message is for people; `stderr` is what Docker said. */
export class DockerError extends Error {
  readonly stderr: string;
  /** Standard output of the failed command. */
  readonly stdout: string;

  constructor(message: string, stderr: string, stdout: string) {
    super(message);
    this.name = "DockerError";
    this.stderr = stderr;
    this.stdout = stdout;
  }
}

/** Runs the `docker` command line tool and returns its standard output. */
export async function docker(args: readonly string[], options: DockerOptions = {}) {
  const limit = options.limit ?? timeLimits.dockerCommand;
  // Loading it takes longer than the rest of the plugin, and an `up` without changes runs no command.
  const { execa, ExecaError } = await import("execa");
  try {
    const { stdout } = await execa("docker", args, {
      timeout: limit,
      ...(options.signal && { cancelSignal: options.signal }),
      ...(options.input !== undefined && { input: options.input }),
      ...(options.inputFile !== undefined && { inputFile: options.inputFile }),
      ...(options.input === undefined && options.inputFile === undefined && { stdin: "ignore" }),
    });
    return stdout;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    const { stderr, stdout } = error as { stderr?: unknown; stdout?: unknown };
    const said = typeof stderr === "string" ? stderr.trim() : "";
    throw new DockerError(
      await explain(args, error as ExecaError, said, limit),
      said,
      typeof stdout === "string" ? stdout : "",
    );
  }
}

async function explain(args: readonly string[], error: ExecaError, stderr: string, limit: number) {
  const command = `docker ${args.slice(0, 2).join(" ")}`;
  const where = () => dockerEndpoint().catch(() => "the address of its context");
  if (error.code === "ENOENT") {
    return (
      "Docker is not installed: there is no `docker` on PATH. Install it " +
      "(Debian and Ubuntu: `apt-get install docker.io`; otherwise https://docs.docker.com/engine/install/)."
    );
  }
  if (error.timedOut) {
    return `${command} did not return within ${limit / 1000} s. Is the Docker daemon at ${await where()} overloaded or stuck?`;
  }
  if (/permission denied/i.test(stderr) && /docker\.sock|daemon socket|docker API/i.test(stderr)) {
    return (
      `this user may not use Docker (${await where()}: permission denied). Join its group, ` +
      "`sudo usermod -aG docker $USER`, and log in again; or set DOCKER_HOST to a daemon of your own."
    );
  }
  if (
    /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker API|error during connect/i.test(
      stderr,
    )
  ) {
    return (
      `the Docker daemon at ${await where()} doesn't answer. Start it ` +
      "(`sudo systemctl start docker`, or Docker Desktop), or choose another with DOCKER_HOST or `docker context use`."
    );
  }
  return `${command} failed: ${stderr === "" ? error.shortMessage : stderr}`;
}

/** Runs a command in a node's container. */
export function dockerExec(container: string, command: readonly string[], options?: DockerOptions) {
  const stdin = options?.input !== undefined || options?.inputFile !== undefined;
  return docker(["exec", ...(stdin ? ["--interactive"] : []), container, ...command], options);
}
