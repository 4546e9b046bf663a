import { readFile, writeFile } from "node:fs/promises";

/** CAP_SYS_RESOURCE, as a bit of the capability sets in `/proc/PID/status`. */
const sysResourceBit = 24n;

/**
 * Can processes on this machine raise limits and lower OOM scores? In some nested sandboxes they
 * cannot, and privileged containers need a special runtime to start there.
 *
 * @param status - content of `/proc/PID/status`
 */
export function mayHaveSysResource(status: string): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  // Not Linux, or a kernel that does not report capabilities.
  if (bounding === undefined) return true;
  return ((BigInt(`0x${bounding}`) >> sysResourceBit) & 1n) === 1n;
}

/** Does root on this machine lack CAP_SYS_RESOURCE? */
export async function lacksSysResource(): Promise<boolean> {
  return !mayHaveSysResource(await readFile("/proc/self/status", "utf8").catch(() => ""));
}

/** A kernel limit that many clusters exceed silently: a kubelet or kube-proxy then never starts. */
export interface InotifyLimit {
  readonly name: "fs.inotify.max_user_instances" | "fs.inotify.max_user_watches";
  readonly has: number;
  readonly needs: number;
}

// A bare node has 26 inotify instances open; the rest is for the workloads. The floor comes from kind's
// known issues.
const perNode = { instances: 100, watches: 20_000 };
const floor = { instances: 512, watches: 524_288 };

/** Returns the limits that are too low for this number of nodes. */
export function lowInotifyLimits(
  nodes: number,
  has: { readonly instances: number; readonly watches: number },
): InotifyLimit[] {
  const needs = {
    instances: Math.max(floor.instances, nodes * perNode.instances),
    watches: Math.max(floor.watches, nodes * perNode.watches),
  };
  const limits: InotifyLimit[] = [
    { name: "fs.inotify.max_user_instances", has: has.instances, needs: needs.instances },
    { name: "fs.inotify.max_user_watches", has: has.watches, needs: needs.watches },
  ];
  return limits.filter((limit) => limit.has < limit.needs);
}

/**
 * Raises the inotify limits that are too low, if run as root. The machine's own setting returns at the
 * next boot.
 *
 * @returns what was raised, for people to read.
 * @throws with the command to run if the limits cannot be raised.
 */
export async function ensureInotifyLimits(nodes: number): Promise<string[]> {
  const [instances, watches] = await Promise.all([
    readLimit("fs.inotify.max_user_instances"),
    readLimit("fs.inotify.max_user_watches"),
  ]);
  if (instances === undefined || watches === undefined) return [];
  const low = lowInotifyLimits(nodes, { instances, watches });
  const failed: InotifyLimit[] = [];
  for (const limit of low) {
    await writeFile(pathOf(limit.name), `${limit.needs}`).catch(() => failed.push(limit));
  }
  if (failed.length > 0) throw new Error(inotifyMessage(failed, nodes));
  return low.map(
    ({ name, has, needs }) => `${name} raised from ${has} to ${needs} until the next start`,
  );
}

/** Says how to raise limits that are too low. */
export function inotifyMessage(limits: readonly InotifyLimit[], nodes: number): string {
  const found = limits.map(({ name, has, needs }) => `${name} is ${has}, ${needs} are needed`);
  const settings = limits.map(({ name, needs }) => `${name}=${needs}`);
  return (
    `Too few inotify resources for ${nodes} node${nodes === 1 ? "" : "s"}: ${found.join("; ")}. ` +
    `Raise them: sudo sysctl -w ${settings.join(" ")}`
  );
}

function pathOf(name: InotifyLimit["name"]): string {
  return `/proc/sys/${name.replaceAll(".", "/")}`;
}

async function readLimit(name: InotifyLimit["name"]): Promise<number | undefined> {
  const text = await readFile(pathOf(name), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}
