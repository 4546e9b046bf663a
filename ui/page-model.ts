import type { Plan } from "../planning/plan-types.ts";
import { type CheckResult, type Group, groups } from "../verification/checks/check.ts";
import type { ClusterFigures } from "../verification/figures.ts";
import type { ClusterStatus, MeshStatus } from "../verification/status.ts";
import type { Verification } from "../verification/verify.ts";
import { flowsOf, secondsOf } from "./flows.ts";
import type { AnchorView, CheckView, PageModel, PointView } from "./model.ts";
import { clusterView } from "./views/clusters.ts";
import { entryView } from "./views/entries.ts";
import { linkView } from "./views/links.ts";
import { serviceViews } from "./views/services.ts";

/** What one look found. */
export interface Observation {
  readonly plan: Plan;
  readonly verification: Pick<Verification, "status" | "results" | "milliseconds">;
  /** By cluster; empty where nothing was read. */
  readonly figures: readonly ClusterFigures[];
}

/** Everything that the page shows of one look. A pure function. @param maps where it stands on the maps */
export function pageModel(
  { plan, verification, figures }: Observation,
  maps: PageModel["maps"],
): PageModel {
  const { status, results, milliseconds } = verification;
  const clusterOf = (name: string): ClusterStatus | undefined =>
    status.clusters.find((cluster) => cluster.name === name);
  const flows = figures.flatMap((one) => flowsOf(one, plan, status.clusters));
  const seconds = secondsOf(status, figures);
  return {
    version: 1,
    topology: status.topology,
    found: status.found === true,
    observedAt: status.observedAt,
    milliseconds,
    dataPlane: status.dataPlane,
    maps,
    clusters: plan.clusters.flatMap((cluster) => {
      const own = clusterOf(cluster.name);
      const read = figures.find((one) => one.cluster === cluster.name);
      return own === undefined ? [] : [clusterView(cluster, own, results, read)];
    }),
    links: plan.links.flatMap((link) => {
      const own = status.links.find(
        ({ source, target }) => source === link.source && target === link.target,
      );
      const source = clusterOf(link.source);
      if (own === undefined || source === undefined) return [];
      return [linkView(link, own, source, results, flows, seconds.get(link.source))];
    }),
    services: serviceViews(plan, status, flows, seconds),
    entries: plan.traffic.flatMap((entry) => {
      const cluster = clusterOf(entry.cluster);
      return cluster === undefined ? [] : [entryView(entry, cluster, flows, seconds)];
    }),
    anchors: anchorsOf(status),
    checks: checksOf(results),
  };
}

function anchorsOf({ clusters }: MeshStatus): readonly AnchorView[] {
  const found = new Map<string, AnchorView>();
  for (const { name, trustAnchors } of clusters) {
    for (const { fingerprint, subject, expires } of trustAnchors) {
      const known = found.get(fingerprint)?.clusters ?? [];
      found.set(fingerprint, { fingerprint, subject, expires, clusters: [...known, name] });
    }
  }
  return [...found.values()].sort((one, other) => (one.expires < other.expires ? -1 : 1));
}

const states = ["failed", "not run", "passed"] as const;

function checksOf(results: readonly CheckResult[]): readonly CheckView[] {
  const groupOf = ({ group }: CheckView): number => groups.indexOf(group as Group);
  const stateOf = ({ state }: CheckView): number => states.indexOf(state);
  return results
    .map(checkView)
    .sort((one, other) => stateOf(one) - stateOf(other) || groupOf(one) - groupOf(other));
}

function checkView(result: CheckResult): CheckView {
  const { check, title, subject, group = "mesh", state, notice } = result;
  const text =
    result.state === "failed"
      ? result.problem
      : result.state === "passed"
        ? (result.detail ?? "")
        : result.reason;
  return {
    check,
    title,
    subject,
    group,
    state,
    text,
    ...(result.state === "failed" && { mend: result.mend }),
    ...(notice !== undefined && { notice }),
  };
}

/** The figures of a look, for charts. */
export function pointOf({ observedAt, links }: PageModel): PointView {
  return {
    at: Date.parse(observedAt),
    links: Object.fromEntries(
      links
        .filter((link) => (link.traffic ?? link.latencyMilliseconds) !== undefined)
        .map(({ id, traffic, latencyMilliseconds }) => [
          id,
          { ...traffic, ...(latencyMilliseconds !== undefined && { latencyMilliseconds }) },
        ]),
    ),
  };
}
