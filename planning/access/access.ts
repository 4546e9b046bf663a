import { type ClusterReference, clusterReferences } from "../links/links.ts";
import type { LinkPlan } from "../plan-types.ts";
import type { Path } from "../topology/problem.ts";
import type { Draft } from "../topology/shape.ts";
import type { AccessSpec, AccountSpec } from "../topology.ts";

/** The settings of one account in an entry of `access.accounts`. */
export interface AccountSetting {
  readonly source: string;
  readonly target: string;
  readonly spec: Draft<AccountSpec>;
  /** Path of the pair in the topology. */
  readonly path: Path;
}

/** The two ends of a Link. */
interface Ends {
  readonly source: string;
  readonly target: string;
}

/** The accounts that each entry of `access.accounts` names, as far as they could be read. */
export function accountSettings(
  access: Draft<AccessSpec> | undefined,
  edges: readonly Ends[],
): AccountSetting[] {
  const bySource = targetsBySource(edges);
  return (access?.accounts ?? []).flatMap((spec, index): AccountSetting[] => {
    if (spec === undefined) return [];
    const path = ["access", "accounts", index];
    const sources = clusterReferences(spec.from, [...path, "from"]);
    const targets = spec.to === undefined ? undefined : clusterReferences(spec.to, [...path, "to"]);
    return sources.flatMap((source) =>
      targetsOf(source, targets, bySource).map((target) => ({
        source: source.name,
        target: target.name,
        spec,
        path: target.path,
      })),
    );
  });
}

/** The named targets, or all targets of the source's Links. */
function targetsOf(
  source: ClusterReference,
  named: readonly ClusterReference[] | undefined,
  bySource: ReadonlyMap<string, ReadonlySet<string>>,
): readonly ClusterReference[] {
  if (named !== undefined) return named;
  return [...(bySource.get(source.name) ?? [])].map((name) => ({ name, path: source.path }));
}

/** The targets of each source's Links, in their order. */
export function targetsBySource(edges: readonly Ends[]): ReadonlyMap<string, ReadonlySet<string>> {
  const bySource = new Map<string, Set<string>>();
  for (const { source, target } of edges) {
    const targets = bySource.get(source) ?? new Set();
    bySource.set(source, targets.add(target));
  }
  return bySource;
}

/** The access of each Link's account. */
export function planAccess(
  access: Draft<AccessSpec> | undefined,
  edges: readonly Ends[],
): (link: Ends) => LinkPlan["access"] {
  const settings = new Map(
    accountSettings(access, edges).map(({ source, target, spec }) => [`${source} ${target}`, spec]),
  );
  return ({ source, target }) => {
    const own = settings.get(`${source} ${target}`);
    return {
      tokenGeneration: own?.tokenGeneration ?? access?.tokenGeneration ?? 1,
      revoked: own?.revoked ?? false,
    };
  };
}
