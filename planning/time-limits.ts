/**
 * Every time limit of the package, in milliseconds, in one place.
 *
 * A limit is how long a condition may take on a slow machine before waiting for it is an error,
 * not how long it usually takes.
 */
export const timeLimits = {
  /** `kind create cluster`, images already on the host. */
  clusterCreate: 300_000,
  /** `kind delete cluster`, or the removal of its containers. */
  clusterDelete: 120_000,
  /** Every node of a cluster Ready after kubeadm has finished. */
  nodesReady: 180_000,
  /** The API server answering after its node's container was started again. */
  apiServerAnswers: 120_000,
  /** One image archive imported into one node. */
  imageImport: 180_000,
  /** A short Docker command (inspect, network create, ...). */
  dockerCommand: 60_000,
  /** A Helm release of Linkerd: all of its Deployments available. */
  helmRelease: 300_000,
  /** A pod sent to the API server as a dry run comes back with its proxy. */
  injectorServes: 120_000,
  /** The service mirror has taken up a Link. */
  linkTakenUp: 120_000,
  /** A gateway is alive in the source's metrics. */
  gatewayAlive: 120_000,
  /** A mirror Service appears or goes after its label changed. */
  mirrorFollows: 60_000,
} as const;
