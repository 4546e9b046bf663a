import type { ClusterInputs } from "./cluster-inputs.ts";

/** A finished cluster of a stack, as it was created. */
export type FormerCluster = Pick<ClusterInputs, "name" | "generation">;

/**
 * Environment variable that lists the finished clusters that may be removed for another generation, each as
 * NAME@GENERATION. The engine doesn't tell the provider what its state contains. Without this list the
 * provider can't distinguish an edit that somebody saw in a preview from a lost state.
 */
export const replaceVariable = "LINKERD_TOPOLOGY_REPLACE";

/** Value of {@link replaceVariable}. */
export function replaceList(clusters: readonly FormerCluster[]): string {
  return clusters.map(({ name, generation }) => `${name}@${generation}`).join(" ");
}

/** Whether somebody allowed to remove a finished cluster for another generation. */
export function mayMakeWay(cluster: FormerCluster): boolean {
  return (process.env[replaceVariable] ?? "").split(" ").includes(replaceList([cluster]));
}

/** What to do if nobody has allowed it. */
export function howToMakeWay(clusters: readonly FormerCluster[]): string {
  const list = replaceList(clusters);
  const value = clusters.length > 1 ? `"${list}"` : list;
  return (
    "Undo the changes since then, or run `linkerd-topology up`, which shows what would be lost and asks. Plain " +
    `\`pulumi up\` does it with ${replaceVariable}=${value} in its environment`
  );
}
