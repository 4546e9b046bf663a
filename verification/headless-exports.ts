import { selects } from "../planning/links/label-selector.ts";
import type { LinkPlan } from "../planning/plan-types.ts";
import type { ClusterStatus, ExportedService, LinkStatus } from "./status.ts";

/** A headless mirror whose host names differ from those of the target's pods. */
export interface StrayNames {
  readonly namespace: string;
  /** Name in the target. */
  readonly service: string;
  /** Name in the source. */
  readonly mirror: string;
  /** Pods that can't be reached by name. */
  readonly missing: readonly string[];
  /** Names of pods that don't exist or aren't Ready. */
  readonly stale: readonly string[];
}

/**
 * Headless mirrors of a Link that lack names of pods. After any change of an exported headless Service, even
 * of its labels, service mirrors replace the pods' names with the gateway's address until the Endpoints
 * change.
 */
export function strayNames(
  { mirrors }: Pick<LinkStatus, "mirrors">,
  { services }: Pick<ClusterStatus, "services">,
): readonly StrayNames[] {
  return mirrors.flatMap(({ namespace, service, mirror, hostnames }): StrayNames[] => {
    const exported = services?.exported.find(
      (one) => one.namespace === namespace && one.service === service,
    );
    if (mirror === undefined || hostnames === undefined || exported?.pods === undefined) return [];
    const { hostnames: names } = exported.pods;
    const missing = names.filter((name) => !hostnames.includes(name));
    const stale = hostnames.filter((name) => !names.includes(name));
    return missing.length + stale.length === 0
      ? []
      : [{ namespace, service, mirror, missing, stale }];
  });
}

/** Headless Services of a target that a Link mirrors pod by pod. */
export function mirroredByPod(
  { headless, selectors }: Pick<LinkPlan, "headless" | "selectors">,
  { services }: Pick<ClusterStatus, "services">,
): readonly (ExportedService & Required<Pick<ExportedService, "pods">>)[] {
  if (!headless) return [];
  return (services?.exported ?? []).flatMap((one) =>
    one.pods !== undefined && selects(selectors.gateway, one.labels)
      ? [{ ...one, pods: one.pods }]
      : [],
  );
}

/** For example `lacks web-0 and still names web-2`. */
export function wordsFor({ missing, stale }: Pick<StrayNames, "missing" | "stale">): string {
  return [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...(stale.length > 0 ? [`still names ${stale.join(", ")}`] : []),
  ].join(" and ");
}
