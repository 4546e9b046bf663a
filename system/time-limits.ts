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
  /** No pod of a source holds anything of a target that has revoked its account. */
  linkCutOff: 120_000,
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
  accessToken: 180_000,
  /** Pulumi reads or writes the whole state of a stack. */
  stateAccess: 120_000,
  /** The checks of Linkerd's own command line pass, which it repeats until then. */
  linkerdChecks: 120_000,
  /** The first request through a new Link is answered. */
  firstRequest: 120_000,
  /** A command that was just stopped lets go of its stack. */
  lockReleased: 5_000,
  /** Every node of a cluster has its routes to the pods of the other clusters on its network. */
  podRoutes: 120_000,
  /** So long a service mirror may be stuck on an earlier Link before its pod is recreated. */
  serviceMirrorStuck: 20_000,
  /** So long linkerd-destination may not know the target of a Link before it is restarted. */
  discoveryMissing: 8_000,
  /** A federated Service has all of its members. */
  federatedComplete: 90_000,
  /** What ails a mesh after an `up` has passed, or something was done about it. */
  healed: 60_000,
  /** So long a member may be missing before its Service is touched, and between two touches. */
  federatedMemberMissing: 4_000,
  /** So long a headless mirror may be without the names of its pods before the Endpoints are touched. */
  headlessNamesStray: 4_000,
  /** So long service mirrors take, at most, to hear of a Service that was labelled. */
  exportHeard: 2_000,
  /** Every proxy of Linkerd's own, and of namespaces that asked for it, was restarted where it had to be. */
  proxiesRestarted: 600_000,
  /** So long a rotation waits for proxies that others have to restart. */
  othersRestarted: 600_000,
  /** cert-manager has made a cluster's issuer. */
  issuerMade: 180_000,
  /** One round of the proof, after which is looked again for what can be cured. */
  proofRound: 20_000,
  /** Everything that a command tidies up after an error that nobody expected. */
  tidiedUp: 180_000,
  /** Processes of a run that were asked to end have ended, before they are killed. */
  processesEnded: 2_000,
  /** What one earlier run left is taken away, before a later one or `reap` gives it up for now. */
  earlierRunTakenDown: 180_000,
  /** Killed processes of a run are gone. */
  processesKilled: 10_000,
  /** Containers, network and files of a run are gone. */
  runTakenDown: 120_000,
  /** Engines of a run that were interrupted have finished what they were at. */
  engineInterrupted: 60_000,
  /** A command that was told to end has ended, before it is killed: who tells so gives ten seconds. */
  commandEnded: 3_000,
  /** The same after Ctrl-C; a second one waits no longer. */
  commandInterrupted: 30_000,
  /** So long a verification waits for what may still pass: a mesh that was just changed settles. */
  verified: 10_000,
  /** One request that a verification sends through the mesh. */
  probeRequest: 5_000,
  /** The pods that a verification sends traffic with are Ready, an image to be pulled included. */
  probesReady: 120_000,
  /** A request is answered once its mirror is there: proxies and DNS may know of it late. */
  trafficArrives: 45_000,
  /** linkerd-destination knows the endpoints of a new mirror. */
  endpointsKnown: 30_000,
  /** So long an API without a backend may only just be on its way, when a namespace can't end for it. */
  apisDiscovered: 10_000,
  /** The namespaces of a verification are gone. */
  probesRemoved: 120_000,
  /** So long after its start nothing of a verification is at work any more. */
  verificationOver: 900_000,
  /** One request that a drill sends; whoever waits longer has given up. */
  drillRequest: 10_000,
  /** So long a drill waits until everything is as before, once all is put back. */
  drillHealed: 240_000,
  /** So long a mesh may take to recover by itself after a drill, before its controllers are restarted. */
  drillRecovers: 45_000,
  /** Everything that a bundle asks for; what isn't there by then is noted in it. */
  bundle: 60_000,
} as const;
