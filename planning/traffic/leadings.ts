import { compare } from "../compare.ts";
import type { TrafficRulePlan } from "../plan-types.ts";
import type { Path } from "../topology/problem.ts";
import type { RouteSpec, TrafficSpec } from "../topology.ts";
import { failoverWeights } from "./failover-weights.ts";

export interface NamedBackend {
  readonly name: string;
  readonly path: Path;
  readonly weight: number;
}

/** The backends of one rule of a route. */
export interface Leading {
  readonly match: TrafficRulePlan["match"];
  readonly backends: readonly NamedBackend[];
  readonly isFailover: boolean;
}

/** The rules of a well-formed entry, in their order. */
export function leadings(entry: TrafficSpec, path: Path): Leading[] {
  const { alias, routes } = entry;
  if (alias !== undefined) {
    const backends = [{ name: alias, path: [...path, "alias"], weight: 1 }];
    return [{ match: undefined, backends, isFailover: false }];
  }
  if (routes === undefined) return [leadingOf(entry, path)];
  return routes.map((route, index) => leadingOf(route, [...path, "routes", index]));
}

function leadingOf(
  {
    match,
    to,
    failover,
    split,
  }: Pick<TrafficSpec, "failover" | "split"> & Pick<RouteSpec, "match" | "to">,
  path: Path,
): Leading {
  if (failover !== undefined) {
    const backends = failover.map((name, i) => ({
      name,
      path: [...path, "failover", i],
      weight: 1,
    }));
    return { match, backends, isFailover: true };
  }
  const backends =
    split === undefined
      ? [{ name: to ?? "", path: [...path, "to"], weight: 1 }]
      : Object.entries(split)
          // The order of the keys in the file must not change the routes.
          .sort(([a], [b]) => Number(b === "local") - Number(a === "local") || compare(a, b))
          .map(([name, weight]) => ({
            name,
            weight,
            path: [...path, "split", name],
          }));
  return { match, backends, isFailover: false };
}

/** The Services of a rule with their weights, each once: two names may mean the same Service. */
export function weigh<S extends { readonly service: string }>(
  found: readonly (S & { readonly weight: number })[],
  { isFailover }: Pick<Leading, "isFailover">,
): readonly (S & { readonly weight: number })[] {
  const merged = new Map<string, S & { readonly weight: number }>();
  for (const one of found) {
    const known = merged.get(one.service);
    merged.set(one.service, { ...one, weight: one.weight + (known?.weight ?? 0) });
  }
  const distinct = [...merged.values()];
  if (!isFailover) return distinct;
  const weights = failoverWeights(distinct.length);
  return distinct.map((one, step) => ({ ...one, weight: weights[step] ?? 1 }));
}

/** Whether an entry leaves a choice: a route to one place changes nothing. An alias may. */
export function leavesChoice(
  { alias }: TrafficSpec,
  rules: readonly { readonly backends: readonly { readonly service: string }[] }[],
): boolean {
  const services = rules.flatMap(({ backends }) => backends.map(({ service }) => service));
  return alias !== undefined || new Set(services).size > 1;
}
