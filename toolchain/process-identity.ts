import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";

/** A process, distinct from every earlier or later process with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time of the process, on a clock that counts from this boot of the machine. */
  readonly start: string;
  readonly host: string;
  /** Identifies this boot of the machine. */
  readonly boot: string;
  /** The PID namespace; empty if the system has only one. */
  readonly namespace: string;
}

/** `unknown`: that host, boot or namespace cannot be seen from here. */
export type Liveliness = "alive" | "gone" | "unknown";

/** Identifies a process of this machine. Returns undefined if no process has this number. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [start, context] = await Promise.all([startOf(pid), here()]);
  return start === undefined ? undefined : { pid, start, ...context };
}

/** Tells whether a process still runs. */
export async function look(identity: ProcessIdentity): Promise<Liveliness> {
  const { host, boot, namespace } = await here();
  if (identity.host !== host || identity.boot !== boot || identity.namespace !== namespace) {
    return "unknown";
  }
  const start = await startOf(identity.pid);
  return start === identity.start ? "alive" : "gone";
}

/** Whether two identities are those of one process. */
export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return formatIdentity(one) === formatIdentity(other);
}

/** Formats the identity as one line, without characters that Docker or a shell would interpret. */
export function formatIdentity({ host, boot, namespace, pid, start }: ProcessIdentity): string {
  return [host, boot, namespace, pid, start].map((part) => encodeURIComponent(part)).join("/");
}

/** Reads the output of {@link formatIdentity}; returns undefined for any other text. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const parts = text.split("/");
  if (parts.length !== 5) return undefined;
  const [host = "", boot = "", namespace = "", pid = "", start = ""] = parts.map(decode);
  const number = Number(pid);
  if (host === "" || !Number.isSafeInteger(number) || number <= 0 || start === "") return undefined;
  return { host, boot, namespace, pid: number, start };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

type Context = Pick<ProcessIdentity, "host" | "boot" | "namespace">;

let known: Promise<Context> | undefined;

function here(): Promise<Context> {
  known ??= readContext();
  return known;
}

async function readContext(): Promise<Context> {
  const [boot, namespace] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() =>
      run("sysctl", ["-n", "kern.bootsessionuuid"]),
    ),
    readlink("/proc/self/ns/pid").catch(() => ""),
  ]);
  return { host: os.hostname(), boot: boot.trim(), namespace };
}

async function startOf(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    if (existsSync("/proc/self/stat")) return undefined;
    // Systems without /proc, such as macOS.
    const started = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => "");
    return started.trim() === "" ? undefined : started.trim();
  }
  // `PID (COMMAND) STATE PPID ...`: the command may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? "";
  // A dead process stays in the table until its parent waits for it.
  if (state === "Z" || state === "X") return undefined;
  // Field 22: ticks since the machine booted.
  return fields[19];
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args);
  return stdout;
}
