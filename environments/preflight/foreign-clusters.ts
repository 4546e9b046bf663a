import type { PreflightCheck } from "./check.ts";

/** A kind cluster of a planned name on another network belongs to somebody else. It is never touched. */
export const checkForeignClusters: PreflightCheck = ({ plan, containers }) => {
  const planned = new Set(
    plan.clusters.flatMap((cluster) => (cluster.type === "kind" ? [cluster.kindName] : [])),
  );
  const foreign = new Map<string, string>();
  for (const { cluster, networks } of containers) {
    if (planned.has(cluster) && networks.length > 0 && !networks.includes(plan.network.name)) {
      foreign.set(cluster, networks.join(", "));
    }
  }
  return Promise.resolve(
    [...foreign].map(
      ([cluster, networks]) =>
        `a kind cluster "${cluster}" already exists on the Docker network ${networks}, which this ` +
        `stack did not create: give the topology another name, or delete that cluster with ` +
        `\`kind delete cluster --name ${cluster}\``,
    ),
  );
};
