import { routeLine } from "../../planning/links/pod-routes.ts";
import type { ClusterStatus } from "../status.ts";
import { type Check, failed, type LinkSubject, notRun, passed } from "./check.ts";

/** Traffic from pod to pod needs routes in both directions, to the nodes that the clusters have now. */
export const podRoutesLeadBothWays: Check<LinkSubject> = {
  id: "pod-routes-lead-both-ways",
  title: "routes lead to the nodes there are",
  applies: ({ plan, source, target }) =>
    plan.mode !== "gateway" &&
    // In a mesh that others made, nobody knows between which clusters the package maintains routes.
    plan.found === undefined &&
    source.podRoutes !== undefined &&
    target.podRoutes !== undefined,
  run: ({ source, target }) => {
    const unknown = [source, target].filter(({ nodes }) => nodes.length === 0);
    if (unknown.length > 0) {
      return notRun(`the nodes of ${unknown.map(({ name }) => name).join(", ")} can't be listed`);
    }
    const missing = [...missingRoutes(source, target), ...missingRoutes(target, source)];
    return missing.length === 0
      ? passed()
      : failed(missing.join("; "), "The clusters' nodes have changed: `up --refresh` follows them");
  },
};

function missingRoutes(from: ClusterStatus, to: ClusterStatus): string[] {
  return to.nodes.flatMap(({ name, podCidrs }) =>
    podCidrs
      .filter((share) => {
        const wanted = routeLine(to.podSubnet ?? "", name, share);
        return from.podRoutes?.destinations.includes(wanted) !== true;
      })
      .map((share) => `${from.name} has no route to ${share} on ${name}`),
  );
}
