import type { Container, Stamp } from "./container.ts";

const stampRoot = "/kind/linkerd-topology";

/** Path that /dev/null is mounted at. */
export function stampPath({ owner, generation }: Stamp): string {
  // Neither ":" nor "," may occur: Docker would take them for the end of the path.
  return `${stampRoot}/${encodeURIComponent(owner)}/${encodeURIComponent(generation)}`;
}

/** Finds the stamp among a container's mount points. */
export function parseStamp(mountPoints: readonly string[]): Stamp | undefined {
  for (const path of mountPoints) {
    const [owner, generation, ...rest] = path.startsWith(`${stampRoot}/`)
      ? path.slice(stampRoot.length + 1).split("/")
      : [];
    if (owner === undefined || generation === undefined || rest.length > 0) continue;
    return { owner: decodeURIComponent(owner), generation: decodeURIComponent(generation) };
  }
  return undefined;
}

/** What exists under a cluster's name. */
export type Verdict =
  /** Nothing. */
  | { readonly is: "absent" }
  /** Made by the same owner for exactly this generation. It is used if it is complete. */
  | { readonly is: "same" }
  /** The same, but some of its nodes are on no network any more. They are put back on their own network. */
  | { readonly is: "adrift" }
  /** Made by the same owner, but of another generation or on another network. It is recreated. */
  | { readonly is: "older" }
  /** At least partly somebody else's. It isn't touched. */
  | { readonly is: "foreign"; readonly containers: readonly Container[] };

/** Judges the containers that were found under a cluster's name. */
export function judge(
  containers: readonly Container[],
  wanted: Stamp & { readonly network: string },
): Verdict {
  if (containers.length === 0) return { is: "absent" };
  // The load balancer of several control planes takes no mounts. It is ours if the others are.
  const stamped = containers.filter(({ role }) => role !== "external-load-balancer");
  const foreign = stamped.filter(({ stamp }) => stamp?.owner !== wanted.owner);
  if (foreign.length > 0) return { is: "foreign", containers: foreign };
  if (stamped.length === 0) {
    // Its nodes were about to follow, or somebody removed them. The network shows whose it is.
    const away = containers.filter(({ networks }) => !(wanted.network in networks));
    return away.length > 0 ? { is: "foreign", containers: away } : { is: "older" };
  }
  if (stamped.some(({ stamp }) => stamp?.generation !== wanted.generation)) return { is: "older" };
  const off = stamped.filter(({ networks }) => !(wanted.network in networks));
  if (off.length === 0) return { is: "same" };
  const isAdrift = off.every(({ networks }) => Object.keys(networks).length === 0);
  return { is: isAdrift ? "adrift" : "older" };
}

/** The error about containers of others that are in the way. */
export function foreignError(kindName: string, containers: readonly Container[]): Error {
  const names = containers.map(({ name }) => name).join(", ");
  const owners = [...new Set(containers.map(({ stamp }) => stamp?.owner))];
  const owner = owners.find((candidate) => candidate !== undefined);
  const made =
    owner === undefined
      ? "this provider did not create"
      : `${JSON.stringify(owner)} made, which is another owner`;
  const mend = containers.every(({ role }) => role !== undefined)
    ? `remove it with \`kind delete cluster --name ${kindName}\``
    : `remove it with \`docker rm --force --volumes ${containers.map(({ name }) => name).join(" ")}\``;
  return new Error(
    `the name ${JSON.stringify(kindName)} is used by ${names}, which ${made}. Nothing was changed. ` +
      `Give this cluster another name, or, if you don't need that one any more, ${mend}.`,
  );
}
