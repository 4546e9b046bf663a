import { listNames } from "../../planning/topology/problem.ts";
import type { RotationState } from "../../planning/trust/rotation/state.ts";
import { printableIn } from "../../system/printable.ts";
import type { CheckResult } from "../checks/check.ts";
import { withoutDataPlane } from "../checks/run-checks.ts";
import type { MeshStatus } from "../status.ts";
import { renderChecks } from "./checks.ts";
import { renderClusters } from "./clusters.ts";
import { renderLinks } from "./links.ts";
import { renderReleases, type NamedReleases } from "./releases.ts";
import { type Screen, type Style, styleOf } from "./style.ts";

export interface RenderOptions extends Screen {
  /** Results of the checks, shown at the end. */
  readonly results?: readonly CheckResult[];
  /** What else stands below the Links, such as their traffic, rendered. */
  readonly ofLinks?: string | undefined;
  /** The releases of Linkerd that run. */
  readonly releases?: readonly NamedReleases[] | undefined;
  /** Workloads whose proxy isn't the planned one and that only their owners restart, a line each. */
  readonly leftToOwners?: readonly string[];
  /** The state of a rotation of the trust anchor. */
  readonly rotation?: RotationState | undefined;
  /** Remaining times are counted from this moment. @default the time of the observation */
  readonly now?: Date;
}

/** The status for a person: tables of clusters and Links, trust anchor, kubeconfig files. */
export function renderStatus(observed: MeshStatus, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const status = printableIn(observed);
  const now = options.now ?? new Date(status.observedAt);
  const problems = status.clusters.flatMap(({ name, problems: list }) =>
    list.map((problem) => style.bad(`${name}: ${problem}`)),
  );
  return [
    style.bold(`${status.found === true ? "Mesh" : "Topology"} ${status.topology}`),
    "",
    renderClusters(status.clusters, style),
    "",
    ...(status.links.length === 0 ? [] : [renderLinks(status.links, status.clusters, style), ""]),
    ...(options.ofLinks === undefined ? [] : [options.ofLinks, ""]),
    ...(options.releases === undefined
      ? []
      : [renderReleases(printableIn(options.releases), style), ""]),
    ...(options.leftToOwners ?? []).map((line) => style.warn(printableIn(line))),
    ...trustAnchors(status, now, style),
    ...(options.rotation === undefined ? [] : renderRotation(printableIn(options.rotation), style)),
    ...kubeconfigs(status),
    ...(status.dataPlane === "none" ? [style.warn(`There is ${withoutDataPlane}.`)] : []),
    ...(options.results === undefined ? problems : []),
    ...(options.results === undefined ? [] : [renderChecks(options.results, style)]),
  ].join("\n");
}

function trustAnchors(status: MeshStatus, now: Date, style: Style): readonly string[] {
  const holders = new Map<string, { readonly expires: string; readonly clusters: string[] }>();
  for (const { name, trustAnchors: anchors } of status.clusters) {
    for (const { fingerprint, expires } of anchors) {
      const holder = holders.get(fingerprint) ?? { expires, clusters: [] };
      holder.clusters.push(name);
      holders.set(fingerprint, holder);
    }
  }
  const answering = status.clusters.filter(({ reachable }) => reachable).length;
  return [...holders].flatMap(([fingerprint, { expires, clusters }]) => {
    const days = Math.floor((Date.parse(expires) - now.getTime()) / 86_400_000);
    const where = clusters.length === answering ? "" : style.bad(` only in ${clusters.join(", ")}`);
    return [
      `Trust anchor  SHA-256 ${fingerprint}${where}`,
      `              expires ${expires.slice(0, 10)} (in ${days} days)`,
    ];
  });
}

function kubeconfigs(status: MeshStatus): readonly string[] {
  const width = Math.max(...status.clusters.map(({ name }) => name.length));
  return status.clusters.flatMap(({ name, kubeconfigPath }, index) => {
    if (kubeconfigPath === undefined) return [];
    return [
      `${index === 0 ? "Kubeconfig  " : "            "}  ${name.padEnd(width)}  ${kubeconfigPath}`,
    ];
  });
}

/** How far a rotation of the trust anchor is. Empty if the mesh has only one generation. */
export function renderRotation(state: RotationState, style: Style): readonly string[] {
  const { generation, older, steps, next } = state;
  if (next === undefined) return [];
  const from = older.length === 0 ? "" : `from generation ${older.join(" and ")} `;
  return [
    `Rotation      ${from}to generation ${generation}`,
    ...steps.map(({ title, open }) =>
      open.length === 0
        ? `              ${style.good("✓")} ${title}`
        : `              ${style.warn("–")} ${title}: not yet ${listNames(open).replaceAll('"', "")}`,
    ),
    `              ${style.bold("Next")}: ${next.advice}`,
  ];
}
