import { execa } from "execa";
import { spawn } from "node:child_process";
import { copyFile, chmod, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { timeLimits } from "../system/time-limits.ts";
import type { DockerAnswer } from "./docker-answer.ts";
import { lacksSysResource } from "./docker-host.ts";
import { messageOf } from "../system/message-of.ts";
import { exists } from "./cache.ts";

/**
 * The runtime for hosts without CAP_SYS_RESOURCE. It is installed outside this checkout because it must
 * outlive it.
 */
const runtime = {
  name: "without-sys-resource",
  path: "/usr/local/lib/linkerd-topology/docker-runtime.sh",
} as const;
const configuration = "/etc/docker/daemon.json";
const log = "/var/log/linkerd-topology-dockerd.log";

/**
 * Starts the Docker daemon of this machine: with systemd if it runs, otherwise in the background.
 *
 * @param ask - asks once whether the daemon answers
 * @returns what was done, for people to read.
 * @throws with the end of the daemon's log if it does not answer in time.
 */
export async function startDocker(
  env: Readonly<Record<string, string>>,
  ask: () => Promise<DockerAnswer>,
): Promise<string[]> {
  const notes: string[] = [];
  const needsRuntime = await lacksSysResource();
  if (needsRuntime) {
    await mkdir(dirname(runtime.path), { recursive: true });
    await copyFile(join(import.meta.dirname, "docker-runtime.sh"), runtime.path);
    await chmod(runtime.path, 0o755);
    notes.push(`this machine lacks CAP_SYS_RESOURCE: containers are started by ${runtime.path}`);
  }
  if (await exists("/run/systemd/system")) {
    if (needsRuntime) await configureRuntime();
    await execa("systemctl", ["restart", "docker"], {
      env,
      timeout: timeLimits.dockerDaemonAnswers,
    });
    await untilAnswers(ask, () => undefined, "journalctl -u docker");
    return notes;
  }
  // The package's install script may have started dockerd, without the runtime.
  if ((await ask()).state === "running") await execa("service", ["docker", "stop"], { env });
  const flags = needsRuntime
    ? ["--add-runtime", `${runtime.name}=${runtime.path}`, "--default-runtime", runtime.name]
    : [];
  await startInBackground(flags, env, ask);
  notes.push(
    `dockerd was started in the background; its log is ${log}, its process in /var/run/docker.pid`,
  );
  return notes;
}

/**
 * Makes the runtime Docker's default if there is no configuration yet. An existing configuration stays
 * unchanged.
 */
async function configureRuntime(): Promise<void> {
  const ours = JSON.stringify(
    { runtimes: { [runtime.name]: { path: runtime.path } }, "default-runtime": runtime.name },
    undefined,
    2,
  );
  const given = await readFile(configuration, "utf8").catch(() => undefined);
  if (given === undefined) {
    await mkdir(dirname(configuration), { recursive: true });
    await writeFile(configuration, `${ours}\n`);
  } else if (!given.includes(runtime.path)) {
    throw new Error(
      `This machine lacks CAP_SYS_RESOURCE, so plain runc cannot start nodes. Put this into ` +
        `${configuration} and run this again:\n${ours}`,
    );
  }
}

async function startInBackground(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  ask: () => Promise<DockerAnswer>,
): Promise<void> {
  const output = await open(log, "a");
  const daemon = spawn("dockerd", flags, {
    // The daemon also serves later runs, so it must not end with the run that started it.
    env: { ...process.env, ...env, LINKERD_TOPOLOGY_RUN: undefined },
    detached: true,
    stdio: ["ignore", output.fd, output.fd],
  });
  let ended: string | undefined;
  daemon.on("error", (error) => (ended = error.message));
  daemon.on(
    "exit",
    (code, signal) => (ended = `it ended with ${signal ?? `exit code ${code ?? "?"}`}`),
  );
  try {
    await untilAnswers(ask, () => ended, log);
  } catch (error) {
    const said = (await readFile(log, "utf8").catch(() => ""))
      .trimEnd()
      .split("\n")
      .slice(-5)
      .join("\n");
    throw new Error(`${messageOf(error)}\n${said}`, {
      cause: error,
    });
  } finally {
    daemon.unref();
    await output.close();
  }
}

async function untilAnswers(
  ask: () => Promise<DockerAnswer>,
  ended: () => string | undefined,
  where: string,
): Promise<void> {
  const limit = Date.now() + timeLimits.dockerDaemonAnswers;
  for (;;) {
    const answer = await ask();
    if (answer.state === "running") return;
    const end = ended();
    if (end !== undefined)
      throw new Error(`dockerd does not start: ${end}. Its log (${where}) says:`);
    if (Date.now() > limit) {
      const seconds = timeLimits.dockerDaemonAnswers / 1000;
      const last = "said" in answer ? answer.said : answer.state;
      throw new Error(
        `dockerd does not answer within ${seconds} s (${last}). Its log (${where}) says:`,
      );
    }
    await delay(200);
  }
}
