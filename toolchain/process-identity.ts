import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";

/** A process, told from every other one that there was or will be under its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, on a clock that only this start of the machine knows. */
  readonly start: string;
  readonly host: string;
  /** This start of the machine's. */
  readonly boot: string;
  /** In which numbers of processes mean the same; empty where there is only one such space. */
  readonly namespace: string;
}

/** `unknown`: what that host, that start of it or that namespace does can't be seen from here. */
export type Liveliness = "alive" | "gone" | "unknown";

/** The identity of a process of this machine; undefined where there is none of that number. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [start, context] = await Promise.all([startOf(pid), here()]);
  return start === undefined ? undefined : { pid, start, ...context };
}

/** Whether a process still runs. */
export async function look(identity: ProcessIdentity): Promise<Liveliness> {
  const { host, boot, namespace } = await here();
  if (identity.host !== host || identity.boot !== boot || identity.namespace !== namespace) {
    return "unknown";
  }
  const start = await startOf(identity.pid);
  return start === identity.start ? "alive" : "gone";
}

/** One line, without what Docker or a shell would take for something else. */
export function formatIdentity({ host, boot, namespace, pid, start }: ProcessIdentity): string {
  return [host, boot, namespace, pid, start].map((part) => encodeURIComponent(part)).join("/");
}

/** What {@link formatIdentity} wrote; undefined for anything else. */
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
    // Without /proc, as on macOS.
    const started = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => "");
    return started.trim() === "" ? undefined : started.trim();
  }
  // `PID (COMMAND) STATE PPID ...`: the command may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? "";
  // A dead process stays in the table until its parent asks for it.
  if (state === "Z" || state === "X") return undefined;
  // The 22nd field of all: ticks since the machine started.
  return fields[19];
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args);
  return stdout;
}
