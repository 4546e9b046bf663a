import { defaults } from "../defaults.ts";
import { chartVersionOf, parseLinkerdVersion } from "./version.ts";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import type { LinkerdPlan } from "../plan-types.ts";
import type { LinkerdSpec } from "../topology.ts";

/** @throws Error if the version is none that the rules let pass */
export function planLinkerd(spec: LinkerdSpec = {}): LinkerdPlan {
  const version = spec.version ?? defaults.linkerdVersion;
  const parsed = parseLinkerdVersion(version);
  if (!parsed) throw new Error(`${version} is not a release of Linkerd`);
  return {
    version,
    chartVersion: chartVersionOf(parsed),
    namespace: linkerdNamespace,
    multiclusterNamespace,
    highAvailability: spec.highAvailability ?? false,
    values: {
      crds: spec.values?.crds ?? {},
      controlPlane: spec.values?.controlPlane ?? {},
      multicluster: spec.values?.multicluster ?? {},
    },
  };
}
