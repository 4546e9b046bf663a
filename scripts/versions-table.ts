import {
  builtVersion,
  defaultVersion,
  factsOf,
  knownFaults,
  knownVersions,
} from "../planning/linkerd/versions.ts";
import type { KnownFault, KnownVersion, VersionRange } from "../planning/linkerd/versions.ts";
import { markdownTable, withGeneratedPart } from "./generated-part.ts";

/**
 * docs/linkerd-versions.md with the tables of planning/linkerd/versions.ts between `<!-- versions -->` and
 * `<!-- end -->`.
 *
 * @throws Error if the page lacks the markers
 */
export function refreshVersions(page: string): Promise<string> {
  const text = `${versionsTable()}\n\n### Known faults\n\n${faultsTable()}`;
  return withGeneratedPart(page, "versions", text);
}

function versionsTable(): string {
  return markdownTable(
    ["Release", "Stable number", "Charts", "Kubernetes", "Gateway API", "Proxy"],
    knownVersions.map((known: KnownVersion) => [
      [known.edge, ...marksOf(known.edge)].join(", "),
      known.stable ?? "",
      factsOf(known.edge).charts,
      range(known.kubernetes),
      range(known.gatewayApi),
      known.nativeSidecars ? "native sidecar" : "container",
    ]),
  );
}

function marksOf(edge: string): string[] {
  return [
    ...(edge === defaultVersion ? ["the default"] : []),
    ...(edge === builtVersion ? ["built without a registry"] : []),
  ];
}

function faultsTable(): string {
  return markdownTable(
    ["Fault", "Releases", "What to do"],
    knownFaults.map((fault: KnownFault) => [
      fault.issue === undefined ? fault.what : `${fault.what} (${fault.issue})`,
      releases(fault),
      fault.cure,
    ]),
  );
}

function releases({ since, fixed }: KnownFault): string {
  if (since === undefined && fixed === undefined) return "all";
  return [
    ...(since === undefined ? [] : [`from ${since}`]),
    ...(fixed === undefined ? [] : [`before ${fixed}`]),
  ].join(", ");
}

function range({ oldest, newest }: VersionRange): string {
  return `${oldest} to ${newest}`;
}
