import { readFile, statfs } from "node:fs/promises";
import { docker } from "../docker.ts";
import type { PreflightCheck } from "./check.ts";

const gib = 1024 ** 3;
/** A node with Kubernetes and Linkerd takes 0.9 to 1.0 GiB; workers less. */
const memoryPerNode = 1.2 * gib;
/** A node's own volume: its component images, Linkerd's, and logs. */
const diskPerNode = 2 * gib;

interface DockerInfo {
  readonly MemTotal?: number;
  readonly DockerRootDir?: string;
}

/** Memory and disk for the nodes that have yet to be made. */
export const checkRoom: PreflightCheck = async ({ missing, env }) => {
  const nodes = missing.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  if (nodes === 0) return [];
  const info = JSON.parse(await docker(["info", "--format", "{{json .}}"], env)) as DockerInfo;
  const problems: string[] = [];
  const memory = await availableMemory(info);
  if (memory !== undefined && memory < nodes * memoryPerNode) {
    problems.push(
      `${nodes} new node(s) need ${inGib(nodes * memoryPerNode)} of memory, and ${inGib(memory)} are ` +
        "available: stop other programs, give Docker more memory, or plan fewer clusters",
    );
  }
  const root = info.DockerRootDir;
  const disk = root === undefined ? undefined : await freeDisk(root);
  if (root !== undefined && disk !== undefined && disk < nodes * diskPerNode) {
    problems.push(
      `${nodes} new node(s) need ${inGib(nodes * diskPerNode)} of disk, and ${inGib(disk)} are free in ` +
        `Docker's directory ${root}: make room (for example with \`docker system prune\`)`,
    );
  }
  return problems;
};

/** Memory of the machine that the daemon runs on; only its total where that is another one. */
async function availableMemory(info: DockerInfo): Promise<number | undefined> {
  const meminfo = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kib = (key: string): number | undefined => {
    const found = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(meminfo)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const total = kib("MemTotal");
  const local = total !== undefined && info.MemTotal !== undefined && total === info.MemTotal;
  return local ? kib("MemAvailable") : info.MemTotal;
}

async function freeDisk(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    // The daemon runs on another machine, or in a virtual one.
    return undefined;
  }
}

function inGib(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}
