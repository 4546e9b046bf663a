import { freeDisk, inGib, memoryOfMachine, roomPerNode } from "../../system/room.ts";
import { inotifyLimits } from "./inotify.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { docker } from "./docker.ts";
import { checkKindVersion } from "./kind-cli.ts";
import { lines } from "./containers.ts";
import type { Container } from "./container.ts";
import { dockerEndpoint, isLocalDocker, whyOutOfReach } from "../../system/docker-endpoint.ts";
import { whyNotMountable } from "../../system/host-paths.ts";
import { defaults } from "../../planning/defaults.ts";
import { whyClosed } from "../../system/ports.ts";
import { subnetsOverlap } from "../../planning/cidr.ts";
import { messageOf } from "../server/index.ts";

/** For systemd, containerd and kubelet of one node. The default limit of 128 is enough for two nodes. */
const inotifyInstancesPerNode = 48;

/**
 * Checks everything that would make the create fail later and can be seen before. It reports all problems in
 * one error, before anything is created or removed.
 *
 * @param replaced containers that are removed first, which frees what they use
 */
export async function preflight(
  inputs: ClusterInputs,
  replaced: readonly Container[],
  signal: AbortSignal,
): Promise<void> {
  const checks = [
    checkKindVersion(signal).then(() => []),
    checkDockerSubnets(inputs, signal),
    isLocalDocker().then(async (isLocal) =>
      isLocal ? checkThisMachine(inputs, replaced, signal) : checkReach(inputs),
    ),
  ];
  const problems = (await Promise.allSettled(checks)).flatMap((result) =>
    result.status === "rejected" ? [messageOf(result.reason)] : result.value,
  );
  signal.throwIfAborted();
  // The same Docker command fails in several checks for the same reason.
  const [first, ...rest] = new Set(problems);
  if (first === undefined) return;
  const text = rest.length === 0 ? first : [first, ...rest].map((line) => `\n- ${line}`).join("");
  throw new Error(`the cluster ${JSON.stringify(inputs.name)} can't be created: ${text}`);
}

/** A daemon on another machine must publish the API server where this one reaches it. */
async function checkReach({ options }: ClusterInputs): Promise<string[]> {
  const { apiServerAddress = defaults.listenAddress } = options ?? {};
  const why = whyOutOfReach(await dockerEndpoint(), apiServerAddress);
  return why === undefined ? [] : [`options.apiServerAddress: ${why}`];
}

async function checkThisMachine(
  inputs: ClusterInputs,
  replaced: readonly Container[],
  signal: AbortSignal,
): Promise<string[]> {
  const problems = await Promise.all([
    checkPorts(inputs, replaced),
    checkMounts(inputs),
    replaced.length === 0 ? checkRoom(inputs, signal) : [],
  ]);
  return problems.flat();
}

async function checkMounts({ options }: ClusterInputs): Promise<string[]> {
  const problems = await Promise.all(
    (options?.extraMounts ?? []).map(async ({ hostPath }, index) => {
      const reason = await whyNotMountable(hostPath);
      return reason === undefined
        ? []
        : [
            `options.extraMounts[${index}].hostPath: ${hostPath} can't be mounted: ${reason}. ` +
              "Create it, or correct the path.",
          ];
    }),
  );
  return problems.flat();
}

async function checkRoom(inputs: ClusterInputs, signal: AbortSignal): Promise<string[]> {
  const root = (await docker(["info", "--format", "{{.DockerRootDir}}"], { signal })).trim();
  const nodes = inputs.controlPlanes + inputs.workers;
  const problems: string[] = [];

  const disk = await freeDisk(root);
  if (disk !== undefined && disk < roomPerNode.disk * nodes) {
    problems.push(
      `too little disk: ${inGib(disk)} are free at Docker's directory ${root}, ${nodes} node(s) ` +
        `need ${inGib(roomPerNode.disk * nodes)}. Free some: \`docker system prune\`.`,
    );
  }
  const memory = (await memoryOfMachine())?.available;
  if (memory !== undefined && memory < roomPerNode.memory * nodes) {
    problems.push(
      `too little memory: ${inGib(memory)} are available, ${nodes} node(s) need ` +
        `${inGib(roomPerNode.memory * nodes)}. Remove clusters or stop programs.`,
    );
  }
  const inotify = await inotifyLimits();
  const instances = inotifyInstancesPerNode * nodes;
  if (inotify !== undefined && inotify.instances - inotify.used < instances) {
    problems.push(
      `too few inotify instances: ${inotify.used} of ${inotify.instances} are in use, ${nodes} node(s) ` +
        `need ${instances} more. Raise the limit: \`sudo sysctl fs.inotify.max_user_instances=1024 ` +
        "fs.inotify.max_user_watches=524288`.",
    );
  }
  return problems;
}

async function checkPorts(
  inputs: ClusterInputs,
  replaced: readonly Container[],
): Promise<string[]> {
  const freed = new Set(replaced.flatMap(({ hostPorts }) => hostPorts));
  const { apiServerAddress = defaults.listenAddress, apiServerPort } = inputs.options ?? {};
  const wanted = [
    ...inputs.extraPortMappings.map((mapping, index) => ({
      ...mapping,
      path: `extraPortMappings[${index}].hostPort`,
    })),
    ...(apiServerPort === undefined
      ? []
      : [
          {
            path: "options.apiServerPort",
            hostPort: apiServerPort,
            listenAddress: apiServerAddress,
            protocol: "TCP",
          },
        ]),
  ];
  const codes = await Promise.all(wanted.map(whyClosed));
  return wanted.flatMap(({ path, hostPort, protocol, listenAddress }, index) =>
    // If this user may not open a port, Docker has to judge it.
    codes[index] !== "EADDRINUSE" || freed.has(hostPort)
      ? []
      : [
          `${path}: port ${hostPort}/${protocol} of ${listenAddress} is taken ` +
            `(\`ss -lnp 'sport = :${hostPort}'\` shows by whom). Free it, or choose another.`,
        ],
  );
}

/** Nodes would route a subnet that Docker uses into the cluster, so that it never reaches Docker. */
async function checkDockerSubnets(inputs: ClusterInputs, signal: AbortSignal): Promise<string[]> {
  const ids = lines(
    await docker(["network", "ls", "--quiet", "--filter", "driver=bridge"], { signal }),
  );
  if (ids.length === 0) return [];
  const format = "{{.Name}}{{range .IPAM.Config}}\t{{.Subnet}}{{end}}";
  const networks = lines(
    // It is no failure if a network disappears in between.
    await docker(["network", "inspect", "--format", format, ...ids], { signal }).catch(() => ""),
  );
  const problems: string[] = [];
  for (const line of networks) {
    const [network = "", ...subnets] = line.split("\t");
    for (const subnet of subnets.filter((candidate) => !candidate.includes(":"))) {
      for (const key of ["podSubnet", "serviceSubnet"] as const) {
        if (!subnetsOverlap(inputs[key], subnet)) continue;
        problems.push(
          `${key}: ${inputs[key]} overlaps ${subnet}, which is the Docker network ` +
            `${JSON.stringify(network)}. Choose another subnet` +
            (network === inputs.network || network === "bridge"
              ? "."
              : `, or remove that network: \`docker network rm ${network}\`.`),
        );
      }
    }
  }
  return problems;
}
