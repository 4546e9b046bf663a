import type { Step } from "../environments/report/engine-progress.ts";
import {
  describeResource,
  resourceName,
  resourceType,
} from "../environments/report/resource-words.ts";

/** For each cluster, the time from its creation until its control plane injected proxies. */
export function afterClusters(steps: readonly Step[]): string {
  const ended = (type: string): { urn: string; name: string; at: number }[] =>
    steps.flatMap(({ urn, ended: at }) =>
      resourceType(urn) === type && at !== undefined ? [{ urn, name: resourceName(urn), at }] : [],
    );
  const gates = ended("linkerd-topology:index:InjectorReady");
  return ended("kind:index:Cluster")
    .flatMap((cluster) => {
      // The names of everything in a cluster begin with the cluster's name.
      const gate = gates.find(({ name }) => name.startsWith(`${cluster.name}-`));
      return gate === undefined
        ? []
        : [
            `control plane ready ${((gate.at - cluster.at) / 1000).toFixed(1)} s after ` +
              describeResource(cluster.urn),
          ];
    })
    .join("\n");
}
