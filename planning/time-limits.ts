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
  /** One request to a Kubernetes API server; longer than the 10 s that it waits for a webhook. */
  apiRequest: 20_000,
  /** A deleted Link's service mirror has stopped working on it. */
  linkLetGo: 60_000,
  /** For so long an API server may be silent before its cluster counts as gone, when deleting. */
  clusterSilent: 10_000,
  /** Everything in a mesh is as planned, gateways alive included, once all of it was installed. */
  meshProved: 120_000,
  /** apt-get: package lists and an installation. */
  debianPackages: 600_000,
  /** A Debian system for nodes, out of packages. */
  debianSystem: 900_000,
  /** One step of making an image: unpacking, importing or loading some hundred megabytes. */
  imageBuildStep: 300_000,
  /** One Go module's source. */
  goModuleDownload: 300_000,
  /** A Docker daemon that was started answers. */
  dockerDaemonAnswers: 60_000,
  /** A chart repository answers a request for its index. */
  repositoryAnswers: 10_000,
  /** One tool built from its Go modules, downloads included, on two slow cores. */
  toolBuild: 3_600_000,
  /** One tool's release, or Go's own archive. */
  toolDownload: 600_000,
  /** A tool says which version it is. */
  toolAnswers: 20_000,
  /** A host of releases or a container registry answers at all, or counts as out of reach. */
  hostAnswers: 5_000,
  /** A public file of some hundred kilobytes is fetched. */
  download: 60_000,
  /** Kubernetes has written the token of a service account. */
  accessToken: 60_000,
  /** Pulumi reads or writes the whole state of a stack. */
  stateAccess: 120_000,
  /** The first request through a new Link is answered. */
  firstRequest: 120_000,
  /** A command that was just stopped lets go of its stack. */
  lockReleased: 5_000,
} as const;
