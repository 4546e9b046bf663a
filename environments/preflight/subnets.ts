import { readFile } from "node:fs/promises";
import { subnetsOverlap } from "../../planning/cidr.ts";
import { limits } from "../../planning/limits.ts";
import { docker, dockerList } from "../docker.ts";
import type { PreflightCheck, PreflightContext } from "./check.ts";

/** Pods could not reach a Docker network with their own cluster's subnet. */
export const checkSubnets: PreflightCheck = async ({ missing, env }) => {
  if (missing.length === 0) return [];
  const taken = await takenSubnets(env);
  return missing.flatMap((cluster) =>
    (["podSubnet", "serviceSubnet"] as const).flatMap((kind) =>
      taken
        .filter(({ subnet }) => subnetsOverlap(cluster[kind], subnet))
        .map(
          ({ network, subnet }) =>
            `cluster ${cluster.name}: its ${kind} ${cluster[kind]} overlaps with ${subnet} of the ` +
            `Docker network "${network}": choose another ${kind} or slot, or remove that network`,
        ),
    ),
  );
};

/**
 * A configured subnet of the topology's network must be free, in Docker and on the host.
 *
 * @param routes the file with the host's routes
 */
export async function checkDockerSubnet(
  { plan, env }: PreflightContext,
  routes = "/proc/net/route",
): Promise<string[]> {
  const { name, subnet } = plan.network;
  if (subnet === undefined) return [];
  const networks = await takenSubnets(env);
  const mend = "choose another docker.subnet";
  const ofNetworks = networks
    // The topology's own network is recreated if its subnet differs.
    .filter((taken) => taken.network !== name && subnetsOverlap(taken.subnet, subnet))
    .map(
      (taken) =>
        `docker.subnet ${subnet} overlaps with ${taken.subnet} of the Docker network ` +
        `"${taken.network}": ${mend}, or remove that network`,
    );
  const bridges = new Set(["docker0", ...networks.map(({ device }) => device)]);
  const ofRoutes = parseRoutes(await readFile(routes, "utf8").catch(() => ""))
    .filter((route) => !bridges.has(route.device) && subnetsOverlap(route.subnet, subnet))
    .map(
      (route) =>
        `docker.subnet ${subnet} overlaps with ${route.subnet}, which this machine reaches by ` +
        `${route.device}: ${mend}, or this machine can no longer reach it`,
    );
  return [...ofNetworks, ...ofRoutes];
}

/** A route of this machine. */
interface HostRoute {
  readonly device: string;
  readonly subnet: string;
}

/**
 * The routes of Linux' table without the default route, also if that comes in parts: a VPN that takes all
 * traffic sets one to 0.0.0.0/1 and one to 128.0.0.0/1, and nobody's network is that large. The table has
 * addresses in hexadecimal, the last byte first.
 */
export function parseRoutes(table: string): HostRoute[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [device = "", destination = "", , , , , , mask = ""] = line.split("\t");
      if (!/^[0-9A-F]{8}$/.test(destination) || !/^[0-9A-F]{8}$/.test(mask)) return [];
      const prefix = bytes(mask)
        .map((byte) => byte.toString(2).replaceAll("0", "").length)
        .reduce((sum, bits) => sum + bits, 0);
      return prefix < limits.largestNetworkPrefix
        ? []
        : [{ device, subnet: `${bytes(destination).join(".")}/${prefix}` }];
    });
}

function bytes(hexadecimal: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hexadecimal.slice(at, at + 2), 16));
}

/** An IPv4 subnet of a Docker network. */
interface TakenSubnet {
  /** Name of the network. */
  readonly network: string;
  readonly subnet: string;
  /** The bridge's interface on the host, unless the network has another one. */
  readonly device: string;
}

interface NetworkDetails {
  readonly Id: string;
  readonly Name: string;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
}

/** The subnets of all Docker networks of this machine, whoever created them. */
async function takenSubnets(env: Readonly<Record<string, string>>): Promise<TakenSubnet[]> {
  const ids = (await dockerList(["network", "ls"], env)).map((row) => row["ID"] ?? "");
  if (ids.length === 0) return [];
  const details = JSON.parse(await docker(["network", "inspect", ...ids], env)) as NetworkDetails[];
  return details.flatMap(({ Id, Name, Options, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
      Subnet === undefined || Subnet.includes(":")
        ? []
        : [
            {
              network: Name,
              subnet: Subnet,
              device: Options?.["com.docker.network.bridge.name"] ?? `br-${Id.slice(0, 12)}`,
            },
          ],
    ),
  );
}
