import { defaults } from "../defaults.ts";
import { federatedName, mirrorName } from "../names.ts";
import type { RoutePlan } from "../plan-types.ts";
import { show, toProblems } from "../topology/problem.ts";
import type { Path, Problem, RuleProblem } from "../topology/problem.ts";
import { readShape } from "../topology/shape.ts";
import type { TrafficSpec } from "../topology.ts";
import { annotationsOf, serviceAnnotationsOf } from "./annotations.ts";
import { leadings, leavesChoice, weigh } from "./leadings.ts";
import { checkEntry } from "./rules.ts";

export type EntryResult =
  | { readonly ok: true; readonly route: RoutePlan }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Plans the route of one entry of `traffic` in one cluster, for a program without a topology. Whether Links,
 * exports and mirrors exist isn't known here; a place is `local`, `federated` or the name of a Link's target.
 */
export function planEntry(entry: Omit<TrafficSpec, "in">): EntryResult {
  const root: Path = ["args"];
  const shape = readShape({ traffic: [entry] }).problems.filter(({ path }) => path[1] === 0);
  const problems: RuleProblem[] = shape.map((one) => ({
    ...one,
    path: [...root, ...one.path.slice(2)],
  }));
  if (problems.length === 0) problems.push(...checkEntry(entry, root));
  if (problems.length > 0) return { ok: false, problems: toProblems(problems) };
  const { service, namespace, alias } = entry;
  const rules = leadings(entry, root).map((leading) => ({
    ...(leading.match && { match: leading.match }),
    backends: weigh(
      leading.backends.map(({ name, weight }) => ({ service: serviceOf(service, name), weight })),
      leading,
    ),
  }));
  if (!leavesChoice(entry, rules)) {
    problems.push({
      path: root,
      message: `all requests for ${namespace}/${service} go to one place`,
      fix: "name another place as well, or leave the route out",
    });
  }
  if (alias === "local") {
    problems.push({
      path: [...root, "alias"],
      message: `${show(alias)} is the Service itself, where no alias can be`,
      fix: "write the name of the cluster whose Service it stands for",
    });
  }
  if (problems.length > 0) return { ok: false, problems: toProblems(problems) };
  return {
    ok: true,
    route: {
      namespace,
      service,
      port: entry.port ?? defaults.trafficPort,
      protocol: entry.protocol ?? defaults.trafficProtocol,
      alias: alias !== undefined,
      annotations: annotationsOf(entry),
      serviceAnnotations: serviceAnnotationsOf(entry),
      rules,
    },
  };
}

function serviceOf(service: string, place: string): string {
  if (place === "local") return service;
  return place === "federated" ? federatedName(service) : mirrorName(service, place);
}
