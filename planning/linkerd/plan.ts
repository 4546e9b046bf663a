import { chooseVersion, type ChosenVersion } from "./choose-version.ts";
import { factsOf } from "./versions.ts";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import type { ClusterLinkerdPlan, LinkerdPlan } from "../plan-types.ts";
import type { LinkerdSpec } from "../topology.ts";

/**
 * The release of one cluster.
 *
 * @param held the release that the sources hold
 * @throws Error if the rules refuse the version
 */
export function planClusterLinkerd(
  own: string | undefined,
  spec: LinkerdSpec = {},
  held?: string,
): ClusterLinkerdPlan {
  const { version } = chosen(own ?? spec.version, held);
  return { version, chartVersion: factsOf(version).charts };
}

/**
 * @param held the release that the sources hold
 * @throws Error if the rules refuse the version
 */
export function planLinkerd(spec: LinkerdSpec = {}, held?: string): LinkerdPlan {
  const choice = chosen(spec.version, held);
  return {
    ...choice,
    chartVersion: factsOf(choice.version).charts,
    namespace: linkerdNamespace,
    multiclusterNamespace,
    highAvailability: spec.highAvailability ?? false,
    restart: [...new Set(spec.restart ?? [])].sort(),
    values: {
      crds: spec.values?.crds ?? {},
      controlPlane: spec.values?.controlPlane ?? {},
      multicluster: spec.values?.multicluster ?? {},
      viz: spec.values?.viz ?? {},
    },
  };
}

function chosen(asked: string | undefined, held: string | undefined): ChosenVersion {
  const choice = chooseVersion(asked, held);
  if (choice === undefined) throw new Error(`${asked ?? ""} is not a release of Linkerd`);
  return choice;
}
