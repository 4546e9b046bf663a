import { resourceType } from "./report/resource-words.ts";
import type { State } from "./state.ts";

export interface StateCluster {
  /** kind's name of the cluster. */
  readonly kindName: string;
  readonly generation: string;
  readonly kubeconfigPath: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Whether a state has anything that Docker has, or may have it from a command that was killed. */
export function needsDocker({ deployment }: State): boolean {
  const { resources = [], pending_operations: pending = [] } = deployment;
  return [...resources, ...pending.map(({ resource }) => resource)].some(({ urn }) =>
    resourceType(urn).startsWith("kind:"),
  );
}

/** The kind clusters of a state, without those that only await their deletion. */
export function kindClustersIn({ deployment }: State): StateCluster[] {
  return (deployment.resources ?? []).flatMap(({ urn, inputs = {}, outputs, delete: replaced }) => {
    const { name, generation } = inputs;
    if (resourceType(urn) !== "kind:index:Cluster" || replaced === true) return [];
    if (typeof name !== "string" || typeof generation !== "string") return [];
    const path = outputs?.["kubeconfigPath"];
    return [
      {
        kindName: name,
        generation,
        kubeconfigPath: typeof path === "string" ? path : undefined,
        inputs,
      },
    ];
  });
}
