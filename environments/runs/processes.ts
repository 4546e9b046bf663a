import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { timeLimits } from "../../system/time-limits.ts";

/**
 * Environment variable of every process of a run and of the processes that they start: the engine, its
 * plugins, kind, and the command. The process that owns the run and its guardian don't have it.
 */
export const runVariable = "LINKERD_TOPOLOGY_RUN";

export interface RunProcess {
  readonly pid: number;
  readonly program: string;
}

/** The processes of a run, whatever their parent is now. */
export async function processesOf(run: string): Promise<RunProcess[]> {
  const entries = await readdir("/proc").catch(() => undefined);
  if (entries === undefined) return processesByPs(run);
  const mark = `${runVariable}=${run}`;
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
      .map(async (entry): Promise<RunProcess[]> => {
        try {
          const environment = await environmentOf(entry);
          if (!environment.split("\0").includes(mark)) return [];
          const program = await readFile(`/proc/${entry}/comm`, "utf8");
          return [{ pid: Number(entry), program: program.trim() }];
        } catch {
          // It has ended, or belongs to another user.
          return [];
        }
      }),
  );
  return found.flat();
}

/**
 * A process's environment. It reads as empty for an instant while the process executes another program, so it
 * is read again; few programs have no variables at all. A kernel thread, and a process that has ended, have
 * no program: that is an error.
 */
async function environmentOf(pid: string): Promise<string> {
  for (let reads = 1; ; reads++) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    if (environment !== "" || reads === 50) return environment;
    await readlink(`/proc/${pid}/exe`);
    await sleep(1);
  }
}

/** Without /proc: `ps` shows the environments of this user's processes. */
async function processesByPs(run: string): Promise<RunProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axEww", "-o", "pid=,command="], {
    maxBuffer: 64 * 1024 * 1024,
  }).catch(() => ({ stdout: "" }));
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    const marked = command.split(" ").includes(`${runVariable}=${run}`);
    if (!marked || Number(pid) === process.pid) return [];
    return [{ pid: Number(pid), program: command.split(" ")[0]?.split("/").at(-1) ?? "" }];
  });
}

/**
 * Ends every process of a run, including those that they start meanwhile. They are asked to end first, and
 * get a moment for it.
 *
 * @param except processes to leave alone, for example the command's own
 * @returns whether all of them are gone
 */
export async function killProcesses(
  run: string,
  except: (process: RunProcess) => boolean = () => false,
): Promise<boolean> {
  const started = performance.now();
  const deadline = started + timeLimits.processesEnded + timeLimits.processesKilled;
  const asked = new Set<number>();
  for (;;) {
    const processes = (await processesOf(run)).filter((process) => !except(process));
    if (processes.length === 0) return true;
    const patient = performance.now() - started < timeLimits.processesEnded;
    for (const { pid } of processes) {
      if (!patient) signal(pid, "SIGKILL");
      else if (!asked.has(pid)) signal(pid, "SIGTERM");
      asked.add(pid);
    }
    if (performance.now() > deadline) return false;
    // The kernel takes a moment to remove a process, and its environment disappears first.
    await sleep(patient ? 50 : 20);
  }
}

/** Asks the engines of a run to stop. They complete their current step and record it. */
export async function interruptEngines(run: string, limit: number): Promise<void> {
  const deadline = performance.now() + limit;
  const asked = new Set<number>();
  for (;;) {
    const engines = (await processesOf(run)).filter(({ program }) => program === "pulumi");
    if (engines.length === 0 || performance.now() > deadline) return;
    for (const { pid } of engines) {
      // A second interrupt would mean "at once".
      if (!asked.has(pid)) signal(pid, "SIGINT");
      asked.add(pid);
    }
    await sleep(200);
  }
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended, or belongs to another user.
  }
}
