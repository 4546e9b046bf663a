import { timeLimits } from "../../system/time-limits.ts";

export { timeLimits };

/** Version of the plugin. */
export const providerVersion = "0.1.0";

/** Docker label of the package's networks. */
export const ownerLabel = "dev.linkerd-topology.owner";
export const createdByLabel = "dev.linkerd-topology.created-by";

/** Docker label of a node image that needs more of the cluster's configuration than kind's own images do. */
export const nodeProfileLabel = "dev.linkerd-topology.node-profile";

/** Labels that kind puts on its containers. */
export const kindClusterLabel = "io.x-k8s.kind.cluster";
export const kindRoleLabel = "io.x-k8s.kind.role";

/** Port of the API server inside its node. */
export const apiServerPort = 6443;
