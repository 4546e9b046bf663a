import { chartVersionOf, isOlder, type LinkerdVersion, parseLinkerdVersion } from "./version.ts";

/** An inclusive range of versions, `1.31` or `1.2.1`. */
export interface VersionRange {
  readonly oldest: string;
  readonly newest: string;
}

/** A release of Linkerd that the package knows. */
export interface KnownVersion {
  /** For example `edge-26.6.3`, which is the tag of its images. */
  readonly edge: string;
  /** The stable number that the release stands for, for example `2.20`. */
  readonly stable?: string;
  /** Linkerd is tested with these versions of Kubernetes. The charts refuse older ones. */
  readonly kubernetes: VersionRange;
  /** Linkerd is tested with these releases of the Gateway API. */
  readonly gatewayApi: VersionRange;
  /** By default the proxy is a native sidecar, an init container that keeps running. */
  readonly nativeSidecars: boolean;
}

/**
 * The known releases of Linkerd, oldest first. Planning, the toolchain, verification and
 * docs/linkerd-versions.md all use this table. A release between two of them counts as the older one, so a
 * release in which something changed needs a line, even if nobody runs it.
 */
export const knownVersions = [
  {
    edge: "edge-25.4.4",
    stable: "2.18",
    kubernetes: { oldest: "1.23", newest: "1.32" },
    gatewayApi: { oldest: "1.1.1", newest: "1.2.1" },
    nativeSidecars: false,
  },
  {
    edge: "edge-25.10.7",
    stable: "2.19",
    kubernetes: { oldest: "1.23", newest: "1.35" },
    gatewayApi: { oldest: "1.1.1", newest: "1.2.1" },
    nativeSidecars: false,
  },
  {
    edge: "edge-26.1.1",
    kubernetes: { oldest: "1.23", newest: "1.35" },
    gatewayApi: { oldest: "1.1.1", newest: "1.4.0" },
    nativeSidecars: false,
  },
  {
    edge: "edge-26.5.1",
    kubernetes: { oldest: "1.31", newest: "1.35" },
    gatewayApi: { oldest: "1.1.1", newest: "1.4.0" },
    nativeSidecars: false,
  },
  {
    edge: "edge-26.5.2",
    kubernetes: { oldest: "1.31", newest: "1.35" },
    gatewayApi: { oldest: "1.1.1", newest: "1.4.0" },
    nativeSidecars: true,
  },
  {
    edge: "edge-26.6.3",
    stable: "2.20",
    kubernetes: { oldest: "1.31", newest: "1.35" },
    gatewayApi: { oldest: "1.2.1", newest: "1.5.1" },
    nativeSidecars: true,
  },
  {
    edge: "edge-26.8.3",
    kubernetes: { oldest: "1.31", newest: "1.36" },
    gatewayApi: { oldest: "1.2.1", newest: "1.5.1" },
    nativeSidecars: true,
  },
] as const satisfies readonly KnownVersion[];

/**
 * The release that the toolchain builds if no registry can be reached: the Go module that toolchain/ builds.
 */
export const builtVersion = "edge-26.1.1";

/** The release of a topology that names none, if the sources hold every release. */
export const defaultVersion = "edge-26.6.3";

/** The release that added `controllers` to the multicluster chart. Links need it. */
export const oldestVersion = "edge-25.4.4";

/** The release that added `proxy.tracing` to the control plane's chart. */
export const tracingSince = "edge-25.6.4";

/**
 * The charts of all known releases contain the same custom resource definitions, with the same versions and
 * fields. A release that changes them needs a line here: going back across it would lose objects.
 */
const definitionsChanged: readonly string[] = [];

/** The release that introduced the custom resource definitions of this one. */
export function definitionsOf(version: string): string {
  const newest = knownVersions.at(-1)?.edge ?? oldestVersion;
  // Nobody has looked at the definitions of a newer one.
  if (isBefore(newest, version)) return version;
  return definitionsChanged.findLast((one) => !isBefore(version, one)) ?? oldestVersion;
}

export interface KnownFault {
  /** Stable name. */
  readonly id: string;
  /** The first release with the fault. @default every release that the package installs */
  readonly since?: string;
  /** The first release without it. @default none yet */
  readonly fixed?: string;
  /** What happens, in one sentence. */
  readonly what: string;
  readonly issue?: string;
  /** What the package does about it, or what a person can do. */
  readonly cure: string;
}

/** Known faults of Linkerd that matter to linked clusters. */
export const knownFaults = [
  {
    id: "proxy-dies-of-dns",
    fixed: "edge-26.3.3",
    what: "A proxy ends every outbound connection for good after a negative DNS answer with a TTL of 0.",
    issue: "linkerd2#14954",
    cure: "A kind cluster with `dnsTtlSeconds: 0` is refused; `verify` finds such proxies. Restart their pods.",
  },
  {
    id: "extension-metrics-refused",
    since: "edge-25.10.7",
    fixed: "edge-26.4.1",
    what: "The policies of the multicluster extension don't cover the metrics ports of its controllers.",
    cure: "None is needed: the package reads these metrics over a port-forward.",
  },
  {
    id: "headless-cleanup-deletes-namesakes",
    fixed: "edge-26.5.1",
    what: "The removal of a headless mirror also deletes mirrors of the same name in other namespaces.",
    issue: "linkerd2#15200",
    cure: "Such exports are refused. Of Services that the topology doesn't name, `verify` finds the missing mirrors.",
  },
  {
    id: "federated-member-lost",
    what: "A federated Service misses a member that appears at the same moment as another one.",
    cure: "The package labels members one after the other, and touches a member that is missing.",
  },
  {
    id: "headless-names-lost",
    what: "A change of an exported headless Service removes the names of its pods from its mirrors.",
    cure: "The package touches the Endpoints after it labels the Service; `up` does it again.",
  },
  {
    id: "check-misses-endpoints",
    what: "`linkerd check --proxy` warns that the Endpoints of flat and federated mirrors are not found.",
    cure: "None is needed: these mirrors have no Endpoints, and the check ends with exit code 0.",
  },
] as const satisfies readonly KnownFault[];

export type FaultId = (typeof knownFaults)[number]["id"];

/** The facts about a release of Linkerd, known or not. */
export interface VersionFacts extends KnownVersion {
  /** False: the release isn't in the table, and these are the facts of the one before it. */
  readonly isKnown: boolean;
  /** Version of its charts, such as `2026.6.3`. */
  readonly charts: string;
  readonly faults: readonly KnownFault[];
}

/**
 * The facts about a release.
 *
 * @param version an edge release, such as `edge-26.6.3`
 * @throws Error if it is none
 */
export function factsOf(version: string): VersionFacts {
  const before = knownVersions.findLast(({ edge }) => !isBefore(version, edge));
  const { stable, ...facts }: KnownVersion = before ?? knownVersions[0];
  const isKnown = facts.edge === version;
  return {
    ...facts,
    edge: version,
    isKnown,
    ...(isKnown && stable !== undefined && { stable }),
    charts: chartVersionOf(parsed(version)),
    faults: knownFaults.filter((fault) => hasFault(version, fault)),
  };
}

/** Whether a release has a fault. */
export function hasFault(version: string, { since, fixed }: KnownFault): boolean {
  return (
    (since === undefined || !isBefore(version, since)) &&
    (fixed === undefined || isBefore(version, fixed))
  );
}

export function faultOf(id: FaultId): KnownFault {
  const found = knownFaults.find((fault) => fault.id === id);
  if (found === undefined) throw new Error(`there is no fault ${id}`);
  return found;
}

/**
 * The edge release that a person means: `2.20` is edge-26.6.3, an edge release is itself.
 *
 * @returns undefined if the text is neither
 */
export function edgeOf(text: string): string | undefined {
  if (parseLinkerdVersion(text) !== undefined) return text;
  return knownVersions.find((known: KnownVersion) => known.stable === text)?.edge;
}

/** Every stable number that is known, oldest first. */
export const stableNumbers: readonly string[] = knownVersions.flatMap((known: KnownVersion) =>
  known.stable === undefined ? [] : [known.stable],
);

/** `edge-26.6.3 (2.20)`: both names of a release. */
export function describeVersion(version: string): string {
  const known = knownVersions.find(({ edge }) => edge === version) as KnownVersion | undefined;
  return known?.stable === undefined ? version : `${version} (${known.stable})`;
}

/** Whether one release, such as `edge-26.1.1`, is older than another. */
export function isBefore(version: string, other: string): boolean {
  return isOlder(parsed(version), parsed(other));
}

function parsed(version: string): LinkerdVersion {
  const found = parseLinkerdVersion(version);
  if (found === undefined) throw new Error(`${version} is not a release of Linkerd`);
  return found;
}
