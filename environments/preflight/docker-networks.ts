import { docker, dockerList } from "../docker.ts";

/** An IPv4 subnet of a Docker network. */
export interface TakenSubnet {
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
export async function takenSubnets(env: Readonly<Record<string, string>>): Promise<TakenSubnet[]> {
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
