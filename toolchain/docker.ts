import { execa } from "execa";
import { timeLimits } from "../system/time-limits.ts";
import { isLocalDocker, isOtherDocker } from "../system/docker-endpoint.ts";
import {
  classifyDockerAnswer,
  dockerInfoFormat,
  dockerMessage,
  type DockerAnswer,
} from "./docker-answer.ts";
import { startDocker } from "./docker-daemon.ts";
import { ensureInotifyLimits, lacksSysResource } from "./docker-host.ts";
import { canInstallDebianPackages, installDebianPackages } from "./image/debian.ts";

export interface DockerOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Number of nodes of all clusters that run at once; with 0 the machine's limits are not looked at. @default 2 */
  readonly nodes?: number;
  /** Receives one line for each step. */
  readonly onProgress?: (detail: string) => void;
}

/** A Docker daemon that answers. */
export interface Docker {
  readonly version: string;
  /** `machine`: it was running. `debian`: this call installed or started it. */
  readonly origin: "machine" | "debian";
  /** What was changed on the machine and what may be missing, for people to read. */
  readonly notes: readonly string[];
}

/**
 * Ensures that a Docker daemon answers. Uses the running daemon if there is one. Otherwise, for root on
 * Debian or Ubuntu, installs Debian's `docker.io` if it is missing, and starts it. The configuration of
 * a running daemon is never changed.
 *
 * @throws with what to install, start or permit if no daemon is available.
 */
export async function ensureDocker(options: DockerOptions): Promise<Docker> {
  const notes: string[] = [];
  let answer = await askDocker(options.env);
  let origin: Docker["origin"] = "machine";
  if (answer.state !== "running") {
    await mayBeStartedHere(answer, options.env);
    if (answer.state === "no client" || !(await hasDaemon(options.env))) {
      options.onProgress?.("installing docker.io");
      await installDebianPackages(["docker.io", "iptables"], options.env);
      notes.push("docker.io was installed from Debian's packages");
    }
    origin = "debian";
    // Installing the package also starts the daemon if systemd runs.
    answer = await askDocker(options.env);
    if (answer.state !== "running" || (await lacksSysResource())) {
      options.onProgress?.("starting Docker");
      notes.push(...(await startDocker(options.env, async () => await askDocker(options.env))));
      answer = await askDocker(options.env);
    }
    if (answer.state !== "running") throw new Error(dockerMessage(answer));
  } else if (answer.defaultRuntime === "runc" && (await lacksSysResource())) {
    notes.push(
      "this machine lacks CAP_SYS_RESOURCE and Docker's default runtime is plain runc: if nodes do not " +
        "start (oom_score_adj or setrlimit: permission denied), make toolchain/docker-runtime.sh Docker's " +
        "default runtime (daemon.json: runtimes, default-runtime) and restart Docker",
    );
  }
  // The limits of a remote machine cannot be read from here.
  if (await isLocalDocker(options.env)) {
    // Whoever only takes clusters away needs none.
    if (options.nodes !== 0) notes.push(...(await ensureInotifyLimits(options.nodes ?? 2)));
  }
  return { version: answer.version, origin, notes };
}

async function askDocker(env: DockerOptions["env"]): Promise<DockerAnswer> {
  const result = await execa("docker", ["info", "--format", dockerInfoFormat], {
    env,
    reject: false,
    timeout: timeLimits.dockerCommand,
  });
  const { exitCode, code, stdout, stderr } = result;
  return classifyDockerAnswer({ exitCode, code, stdout, stderr });
}

async function hasDaemon(env: DockerOptions["env"]): Promise<boolean> {
  return (await execa("dockerd", ["--version"], { env, reject: false })).exitCode === 0;
}

async function mayBeStartedHere(
  answer: Exclude<DockerAnswer, { state: "running" }>,
  env: DockerOptions["env"],
): Promise<void> {
  const elsewhere = await isOtherDocker(env);
  if (answer.state === "denied" || elsewhere || !(await canInstallDebianPackages())) {
    throw new Error(dockerMessage(answer));
  }
}
