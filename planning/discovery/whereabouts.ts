import { proposeLabel } from "../topology/suggest.ts";
import { limits } from "../limits.ts";
import type { ClusterObservation, LinkObservation } from "./observation.ts";

/** A Link, and the cluster that it leads to. */
export interface ResolvedLink {
  /** Index of the cluster that has it. */
  readonly source: number;
  /** Index of the cluster that it leads to. Undefined: as far as is known, none of the observed ones. */
  readonly target: number | undefined;
  /** How that is known. `name`: only from the clusters' names. */
  readonly by: "account" | "authority" | "address" | "gateway" | "name" | undefined;
  readonly link: LinkObservation;
}

/**
 * Which cluster each Link leads to. The best proof is the account of its credentials, which exists in the
 * target. Without the right to read credentials, addresses and names must do.
 */
export function resolveLinks(clusters: readonly ClusterObservation[]): readonly ResolvedLink[] {
  return clusters.flatMap(({ links }, source) =>
    links.map((link) => ({ source, link, ...targetOf(link, source, clusters) })),
  );
}

function targetOf(
  link: LinkObservation,
  source: number,
  clusters: readonly ClusterObservation[],
): Pick<ResolvedLink, "target" | "by"> {
  const { credentials, gateway, targetName } = link;
  const only = (is: (cluster: ClusterObservation) => boolean): number | undefined => {
    const found = clusters.flatMap((cluster, index) =>
      index !== source && is(cluster) ? [index] : [],
    );
    return found.length === 1 ? found[0] : undefined;
  };
  const evidence = [
    [
      "account",
      only(({ accounts }) => accounts.some(({ uid }) => uid === credentials?.accountUid)),
    ],
    [
      "authority",
      credentials?.authority === undefined
        ? undefined
        : only(({ authority }) => authority === credentials.authority),
    ],
    ["address", only(({ server }) => server === credentials?.server)],
    [
      "gateway",
      gateway === undefined
        ? undefined
        : only(({ nodes, gateways }) => {
            const addresses = [
              ...gateways.flatMap((one) => one.addresses),
              ...nodes.flatMap((node) => [node.name, ...node.addresses]),
            ];
            return gateway.addresses.some((address) => addresses.includes(address));
          }),
    ],
    ["name", only((cluster) => namesOf(cluster).includes(targetName))],
  ] as const;
  const [by, target] = evidence.find(([, index]) => index !== undefined) ?? [];
  return { by, target };
}

/** Possible names of a cluster: its context, without the prefixes of tools. */
function namesOf({ context, name }: ClusterObservation): readonly string[] {
  return [...(name === undefined ? [] : [name]), context, shortName(context)];
}

/** `kind-west` and `admin@west` are west. GKE and EKS put the location in front of the name. */
function shortName(context: string): string {
  return context.replace(/^(?:kind|k3d)-/, "").replace(/^.*[@/_:]/, "");
}

/** Names of a topology's clusters, in the order of the observations. */
export function nameClusters(
  clusters: readonly ClusterObservation[],
  links: readonly ResolvedLink[],
): readonly string[] {
  const names: (string | undefined)[] = clusters.map(({ name }) => name);
  const isFree = (name: string): boolean => !names.includes(name);
  clusters.forEach(({ context }, index) => {
    if (names[index] !== undefined) return;
    const calls = links
      .filter(({ target }) => target === index)
      .map(({ link }) => link.targetName)
      .filter(isClusterName);
    const most = [...new Set(calls)].sort(
      (a, b) => calls.filter((one) => one === b).length - calls.filter((one) => one === a).length,
    );
    // Other clusters may use the same name for several clusters, for example "target".
    const isItsOwn = (name: string): boolean =>
      links.every(({ target, link }) => target === index || link.targetName !== name);
    const wanted = [...most.filter(isItsOwn), shortName(context), context];
    const proposals = wanted.map((name) => proposeLabel(name, limits.clusterName) ?? name);
    const found = [...wanted, ...proposals].find((name) => isClusterName(name) && isFree(name));
    names[index] = found ?? freeName(isFree);
  });
  return names.map((name) => name ?? "");
}

function isClusterName(name: string): boolean {
  return (
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) &&
    name.length <= limits.clusterName &&
    !/(?:^|-)federated$/.test(name)
  );
}

function freeName(isFree: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const name = `cluster-${number}`;
    if (isFree(name)) return name;
  }
}
