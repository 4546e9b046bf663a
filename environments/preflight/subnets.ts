import ipaddr from "ipaddr.js";
import { docker, dockerList } from "../docker.ts";
import type { PreflightCheck } from "./preflight.ts";

interface NetworkDetails {
  readonly Name: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
}

/** Pods could not reach a Docker network whose subnet is their own cluster's. */
export const checkSubnets: PreflightCheck = async ({ missing, env }) => {
  if (missing.length === 0) return [];
  const ids = (await dockerList(["network", "ls"], env)).map((row) => row["ID"] ?? "");
  const details = JSON.parse(await docker(["network", "inspect", ...ids], env)) as NetworkDetails[];
  const taken = details.flatMap(({ Name, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
      Subnet === undefined || Subnet.includes(":") ? [] : [{ network: Name, subnet: Subnet }],
    ),
  );
  return missing.flatMap((cluster) =>
    (["podSubnet", "serviceSubnet"] as const).flatMap((kind) =>
      taken
        .filter(({ subnet }) => overlap(cluster[kind], subnet))
        .map(
          ({ network, subnet }) =>
            `cluster ${cluster.name}: its ${kind} ${cluster[kind]} overlaps with ${subnet} of the ` +
            `Docker network "${network}": choose another ${kind} or slot, or remove that network`,
        ),
    ),
  );
};

function overlap(one: string, other: string): boolean {
  const [address, length] = ipaddr.IPv4.parseCIDR(one);
  const [otherAddress, otherLength] = ipaddr.IPv4.parseCIDR(other);
  const shorter = Math.min(length, otherLength);
  return address.match(otherAddress, shorter);
}
