import { isLocalDocker } from "../../system/docker-endpoint.ts";
import { freeDisk, inGib, memoryOfMachine, roomPerNode } from "../../system/room.ts";
import { docker } from "../docker.ts";
import type { PreflightCheck } from "./check.ts";

interface DockerInfo {
  readonly MemTotal?: number;
  readonly DockerRootDir?: string;
}

/** Memory and disk for the nodes that don't exist yet. */
export const checkRoom: PreflightCheck = async ({ missing, env }) => {
  const nodes = missing.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  if (nodes === 0) return [];
  const info = JSON.parse(await docker(["info", "--format", "{{json .}}"], env)) as DockerInfo;
  const problems: string[] = [];
  const memory = await availableMemory(info);
  if (memory !== undefined && memory < nodes * roomPerNode.memory) {
    problems.push(
      `${nodes} new node(s) need ${inGib(nodes * roomPerNode.memory)} of memory, and ${inGib(memory)} are ` +
        "available: stop other programs, give Docker more memory, or plan fewer clusters",
    );
  }
  const isLocal = await isLocalDocker(env);
  const root = isLocal ? info.DockerRootDir : undefined;
  const disk = root === undefined ? undefined : await freeDisk(root);
  if (root !== undefined && disk !== undefined && disk < nodes * roomPerNode.disk) {
    problems.push(
      `${nodes} new node(s) need ${inGib(nodes * roomPerNode.disk)} of disk, and ${inGib(disk)} are free in ` +
        `Docker's directory ${root}: make room (for example with \`docker system prune\`)`,
    );
  }
  return problems;
};

/** Memory of the daemon's machine. If that is another machine, only its total. */
async function availableMemory(info: DockerInfo): Promise<number | undefined> {
  const own = await memoryOfMachine();
  return own !== undefined && own.total === info.MemTotal ? own.available : info.MemTotal;
}
