import { spawn } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { processesOf } from "../../environments/runs/processes.ts";
import { findRuns } from "../../environments/runs/record.ts";
import type { RunRecord } from "../../environments/runs/record.ts";
import type { WithTopologyOptions } from "../../environments/with-topology.ts";
import { temporaryDirectory } from "../temporary.ts";
import { throwAway } from "./throw-away.ts";

/** A `run` in its own process. */
export interface StartedRun {
  readonly pid: number;
  /** Its exit code or the signal that ended it, and everything that it wrote to standard error. */
  readonly ended: Promise<{ readonly exit: number | NodeJS.Signals; readonly log: string }>;
  readonly log: () => string;
}

/** The runs of one test. Their state and names differ from those of others. */
export class EphemeralRuns {
  /** The beginning of the runs' names. */
  readonly base: string;
  /** Temporary directory with the state. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly topology: string;
  readonly #started: StartedRun[] = [];

  private constructor(base: string, directory: string) {
    this.base = base;
    this.directory = directory;
    this.env = { XDG_STATE_HOME: path.join(directory, "state") };
    this.topology = path.join(directory, "tiny.yaml");
  }

  static async create(purpose: string, topology: unknown): Promise<EphemeralRuns> {
    const directory = await temporaryDirectory("linkerd-topology-e2e");
    const runs = new EphemeralRuns(`e2e-${purpose}-${process.pid}`, directory);
    await writeFile(runs.topology, stringify(topology));
    return runs;
  }

  /** Starts a run in its own process. */
  start(
    command: readonly string[],
    options: { readonly keep?: boolean; readonly pool?: string } = {},
  ): StartedRun {
    const how = options.pool ?? (options.keep === true ? "keep" : "remove");
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        path.join(import.meta.dirname, "run-child.ts"),
        ...[this.base, this.topology, how, ...command],
      ],
      { env: { ...process.env, ...this.env }, stdio: ["ignore", "inherit", "pipe"] },
    );
    let log = "";
    child.stderr.on("data", (data: Buffer) => {
      log += data.toString();
      process.stderr.write(data);
    });
    const started = {
      pid: child.pid ?? 0,
      // Not "close": a killed run leaves others that hold its standard error.
      ended: new Promise<{ exit: number | NodeJS.Signals; log: string }>((resolve) => {
        child.once("exit", (code, signal) => {
          resolve({ exit: code ?? signal ?? "SIGKILL", log });
        });
      }),
      log: () => log,
    };
    this.#started.push(started);
    return started;
  }

  /** The records of existing runs. */
  async records(): Promise<RunRecord[]> {
    const found = await findRuns({ ...process.env, ...this.env });
    return found.flatMap(({ record }) => (typeof record === "object" ? [record] : []));
  }

  /** Process numbers of the guardians. */
  async guardians(): Promise<number[]> {
    return guardiansBelow(this.directory);
  }

  /** Containers, networks, files and processes that exist because of these runs. */
  async traces(): Promise<string[]> {
    const [containers, networks, files, guardians, processes] = await Promise.all([
      dockerList(["ps", "--all"]),
      dockerList(["network", "ls"]),
      readdir(stateDirectory(this.env), { recursive: true }).catch(() => []),
      this.guardians(),
      this.#processes(),
    ]);
    const ours = (name: string | undefined): boolean => name?.includes(this.base) ?? false;
    return [
      ...containers.filter((row) => ours(row["Names"])).map((row) => `container ${row["Names"]}`),
      ...networks.filter((row) => ours(row["Name"])).map((row) => `network ${row["Name"]}`),
      ...files.map((file) => `file ${file}`),
      ...guardians.map((pid) => `guardian ${pid}`),
      ...processes,
      ...(await this.#scratch()),
    ];
  }

  /** Found by the beginning of these runs' names, even if their records are unusable. */
  async #processes(): Promise<string[]> {
    const entries = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
    const found = await Promise.all(
      entries.map(async (pid) => {
        const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
        const marked = environment
          .split("\0")
          .some((variable) => variable.startsWith(`LINKERD_TOPOLOGY_RUN=${this.base}-`));
        return marked ? [`process ${pid}`] : [];
      }),
    );
    return found.flat();
  }

  /** Directories for temporary files of the processes that were started. */
  async #scratch(): Promise<string[]> {
    const prefixes = this.#started.map(({ pid }) => `linkerd-topology-run-${pid}-`);
    const temporary = await readdir(os.tmpdir());
    return temporary
      .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
      .map((name) => `file ${path.join(os.tmpdir(), name)}`);
  }

  /** Removes what a failed test left behind. */
  async dispose(): Promise<void> {
    for (const { pid } of this.#started) end(pid);
    for (const pid of await this.guardians()) end(pid);
    for (const { name } of await this.records()) {
      for (const { pid } of await processesOf(name)) end(pid);
    }
    await throwAway(this.base);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The options of a `withTopology` that is one of these runs. */
export function inThisProcess({ base, env }: EphemeralRuns): WithTopologyOptions {
  return {
    name: base,
    env,
    output: { terminal: false, write: (text) => process.stderr.write(text) },
  };
}

async function guardiansBelow(directory: string): Promise<number[]> {
  const entries = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    entries.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const [, , program = "", run = ""] = line.split("\0");
      const isGuardian = /\/guardian\.[jt]s$/.test(program) && run.startsWith(directory);
      return isGuardian ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
