import {
  builtVersion,
  defaultVersion,
  factsOf,
  knownFaults,
  knownVersions,
} from "../planning/linkerd/versions.ts";
import type { KnownFault, KnownVersion, VersionRange } from "../planning/linkerd/versions.ts";
import { formattedPage } from "./format.ts";

const marked = /(<!-- versions -->\n)[^]*?(<!-- end -->)/;

/**
 * docs/linkerd-versions.md with the tables of planning/linkerd/versions.ts between `<!-- versions -->` and
 * `<!-- end -->`.
 *
 * @throws Error if the page lacks the markers
 */
export async function refreshVersions(page: string): Promise<string> {
  if (!marked.test(page)) throw new Error("there is no place for the versions: <!-- versions -->");
  const text = page.replace(
    marked,
    (_, begin: string, end: string) =>
      `${begin}\n${versionsTable()}\n\n### Known faults\n\n${faultsTable()}\n\n${end}`,
  );
  return formattedPage(text);
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

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
