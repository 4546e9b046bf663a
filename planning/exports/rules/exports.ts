import { type NamedExport, namedExports } from "../exports.ts";
import type { DemandOrigin, ExportedService, ExportWay } from "../exported-service.ts";
import { groupBy } from "../../group.ts";
import { formatCondition, selects } from "../../links/label-selector.ts";
import { selectorKeys } from "../../links/selectors.ts";
import { formatPath, type RuleProblem, show } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Conflict, Demand } from "../../links/solve-labels.ts";
import { areLinksKnown } from "../../links/rules/links-known.ts";
import { explainUncarried } from "./uncarried.ts";
import { unknownCluster } from "../../clusters/rules/unknown-cluster.ts";

/** Checks which Services are exported, and whether a Link carries each of them. */
export function* exportRules(input: RuleInput): Iterable<RuleProblem> {
  const { exports } = input.draft;
  for (const [index, entry] of (exports ?? []).entries()) {
    if (Array.isArray(entry?.from) && entry.from.length === 0) {
      yield {
        path: ["exports", index, "from"],
        message: "names no cluster",
        fix: "name at least 1, or leave the export out",
      };
    }
  }
  const named = namedExports(exports);
  if (input.byName.size > 0) {
    for (const { cluster, path } of named) {
      const reference = { name: cluster, path };
      if (!input.byName.has(cluster)) yield unknownCluster(reference, [...input.byName.keys()]);
    }
  }
  yield* checkDuplicates(named);
  const linksAreKnown = areLinksKnown(input);
  for (const service of input.services) {
    yield* checkHeadless(service);
    for (const conflict of service.conflicts) yield explainConflict(service, conflict);
    for (const way of service.ways) {
      if (way.carriers.length > 0) yield* checkPrecedence(service, way);
      else if (linksAreKnown) yield explainUncarried(service, way, input);
    }
  }
}

function* checkDuplicates(named: readonly NamedExport[]): Iterable<RuleProblem> {
  const same = ({ cluster, namespace, service, as }: NamedExport) =>
    [cluster, namespace, service, as].join(" ");
  for (const [first, ...again] of groupBy(named, same).values()) {
    for (const { path, cluster } of again) {
      if (!first) continue;
      yield {
        path,
        message:
          `the ${first.as} export of ${nameOf(first)} of ${show(cluster)} is given twice, here and ` +
          `in ${formatPath(first.path)}`,
        fix: "leave it out of one of the two",
      };
    }
  }
}

function* checkHeadless({ ways }: ExportedService): Iterable<RuleProblem> {
  const headless = ways.find((way) => way.headless !== undefined);
  if (headless === undefined) return;
  for (const way of ways) {
    if (way.as === "gateway") continue;
    const [spec, at] = [way.path.slice(0, 2), way.headless ? "headless" : "as"];
    yield {
      path: [...spec, at],
      message:
        way.as === "federated"
          ? "a headless Service can't be a member of a federated one"
          : "the pods of a headless Service are mirrored through the gateway only",
      fix: "write as: gateway, or leave out headless",
    };
  }
}

function explainConflict(
  service: ExportedService,
  [first, second]: Conflict<DemandOrigin>,
): RuleProblem {
  const kinds = new Set([first.origin.way.as, second.origin.way.as]);
  const who =
    kinds.size === 1
      ? `a ${first.origin.way.as} export`
      : `a ${first.origin.way.as} and a ${second.origin.way.as} export at once`;
  return {
    path: second.origin.way.path,
    message:
      `${nameOf(service)} of ${show(service.cluster.name)} can't be ${who}: no labels meet both ` +
      `${inWords(first)} and ${inWords(second)}`,
    fix:
      kinds.size === 1
        ? "let both select by labels that one Service can have"
        : "leave out one of the two exports, or let one Link select by another label",
  };
}

function inWords({ condition, origin }: Demand<DemandOrigin>): string {
  const where =
    origin.link === undefined
      ? "the cluster's own service mirror"
      : `links[${origin.link}].selectors.${selectorKeys[origin.way.as]}`;
  return `${show(formatCondition(condition))} (${where})`;
}

/** If the labels of a gateway export match both selectors of a Link, Linkerd uses remote discovery. */
function* checkPrecedence(service: ExportedService, way: ExportWay): Iterable<RuleProblem> {
  if (way.as !== "gateway" || service.conflicts.length > 0) return;
  const edge = way.carriers.find(({ selectors }) =>
    selects(selectors.remoteDiscovery, service.labels),
  );
  if (edge === undefined) return;
  yield {
    path: way.path,
    message:
      `the Link from ${show(edge.source)} (links[${edge.spec}]) would carry ${nameOf(service)} by ` +
      "remote discovery: its labels suit selectors.remoteDiscovery too, which takes precedence over gateway",
    fix: "leave out one of the two exports, or make the selectors disjoint",
  };
}

/** `"shop/web"` */
export function nameOf(service: Pick<NamedExport, "namespace" | "service">): string {
  return show(`${service.namespace}/${service.service}`);
}
