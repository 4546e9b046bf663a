import { selects } from "../links/label-selector.ts";
import type { LinkMode } from "../topology.ts";
import type { ClusterObservation } from "./observation.ts";
import type { ResolvedLink } from "./whereabouts.ts";

/** A Link with both ends among the observed clusters. */
export type FoundEdge = ResolvedLink & { readonly target: number };

export interface ModeGuess {
  readonly mode: LinkMode;
  /** Nothing shows whether it carries traffic from pod to pod. */
  readonly isGuess: boolean;
}

/**
 * Which kinds of export a Link carries. Linkerd's CLI writes selectors for traffic from pod to pod into every
 * Link, even if pods can't reach each other. Such a selector counts only if something is exported that way.
 */
export function modeOf(
  { link, source, target }: FoundEdge,
  clusters: readonly ClusterObservation[],
): ModeGuess {
  const { gateway, selectors, targetName, byCli } = link;
  if (gateway === undefined) return { mode: "flat", isGuess: false };
  const flat = [selectors.remoteDiscovery, selectors.federated].filter((one) => one !== undefined);
  if (flat.length === 0) return { mode: "gateway", isGuess: false };
  const isUsed =
    (clusters[source]?.mirrors ?? []).some(
      ({ kind, targets }) =>
        (kind === "remote-discovery" || kind === "federated") && targets.includes(targetName),
    ) ||
    (clusters[target]?.services ?? []).some(({ labels }) =>
      flat.some((selector) => selects(selector, labels)),
    );
  if (isUsed || !byCli) return { mode: "mixed", isGuess: false };
  return { mode: "gateway", isGuess: true };
}

/**
 * The network of each cluster. Clusters share one if traffic goes from pod to pod between them. Undefined:
 * the cluster has its own.
 */
export function networksOf(
  names: readonly string[],
  pairs: Iterable<readonly [number, number]>,
): readonly (string | undefined)[] {
  const roots = names.map((_, index) => index);
  const rootOf = (index: number): number => {
    const above = roots[index] ?? index;
    return above === index ? index : rootOf(above);
  };
  for (const [one, other] of pairs) {
    const [a, b] = [rootOf(one), rootOf(other)].sort((x, y) => x - y);
    if (a !== undefined && b !== undefined) roots[b] = a;
  }
  const shared = [...new Set(names.map((_, index) => rootOf(index)))].filter(
    (root) => names.filter((_, index) => rootOf(index) === root).length > 1,
  );
  const free = ["network", ...names.map((_, index) => `network-${index + 1}`), "network-0"].filter(
    (name) => !names.includes(name),
  );
  return names.map((_, index) => {
    const place = shared.indexOf(rootOf(index));
    if (place === -1) return undefined;
    return shared.length === 1 ? free[0] : free.filter((name) => name !== "network")[place];
  });
}
