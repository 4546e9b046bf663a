import { defaults } from "../defaults.ts";
import { edgeOf, factsOf } from "./versions.ts";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import type { ClusterLinkerdPlan, LinkerdPlan } from "../plan-types.ts";
import type { LinkerdSpec } from "../topology.ts";

/**
 * The release of one cluster.
 *
 * @throws Error if the version is none that the rules let pass
 */
export function planClusterLinkerd(
  own: string | undefined,
  spec: LinkerdSpec = {},
): ClusterLinkerdPlan {
  const { version, chartVersion } = planLinkerd({
    ...spec,
    ...(own !== undefined && { version: own }),
  });
  return { version, chartVersion };
}

/** @throws Error if the version is none that the rules let pass */
export function planLinkerd(spec: LinkerdSpec = {}): LinkerdPlan {
  const asked = spec.version ?? defaults.linkerdVersion;
  const version = edgeOf(asked);
  if (version === undefined) throw new Error(`${asked} is not a release of Linkerd`);
  return {
    version,
    chartVersion: factsOf(version).charts,
    namespace: linkerdNamespace,
    multiclusterNamespace,
    highAvailability: spec.highAvailability ?? false,
    restart: [...new Set(spec.restart ?? [])].sort(),
    values: {
      crds: spec.values?.crds ?? {},
      controlPlane: spec.values?.controlPlane ?? {},
      multicluster: spec.values?.multicluster ?? {},
    },
  };
}
