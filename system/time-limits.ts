/**
 * Every time limit of the package, in milliseconds.
 *
 * A limit says how long a condition may take on a slow machine before waiting for it is an error, not how
 * long it usually takes.
 */
export const timeLimits = {
  /** `kind create cluster`, images already on the host. */
  clusterCreate: 300_000,
  /** `kind delete cluster`, or the removal of its containers. */
  clusterDelete: 120_000,
  /** Every node of a cluster is Ready after kubeadm has finished. */
  nodesReady: 180_000,
  /** The API server answers after its node's container was started again. */
  apiServerAnswers: 120_000,
  /** One image archive imported into one node. */
  imageImport: 180_000,
  /** A short Docker command (inspect, network create, ...). */
  dockerCommand: 60_000,
  /** All Deployments of a Helm release of Linkerd are available. */
  helmRelease: 300_000,
  /** A pod sent to the API server as a dry run comes back with its proxy. */
  injectorServes: 120_000,
  /** The service mirror has taken up a Link. */
  linkTakenUp: 120_000,
  /** No pod of a source holds data of a target that has revoked its account. */
  linkCutOff: 120_000,
  /** A gateway is alive in the source's metrics. */
  gatewayAlive: 120_000,
  /** A mirror Service appears or disappears after its label changed. */
  mirrorFollows: 60_000,
  /** One request to a Kubernetes API server; longer than the 10 s that it waits for a webhook. */
  apiRequest: 20_000,
  /** A deleted Link's service mirror has stopped working on it. */
  linkLetGo: 60_000,
  /** How long an API server may be silent before its cluster counts as gone, when deleting. */
  clusterSilent: 10_000,
  /** Everything in a mesh is as planned after the installation, gateways alive included. */
  meshProved: 120_000,
  /** apt-get: package lists and an installation. */
  debianPackages: 600_000,
  /** Building a Debian system for nodes from packages. */
  debianSystem: 900_000,
  /** One step of an image build: unpacking, importing or loading some hundred megabytes. */
  imageBuildStep: 300_000,
  /** Downloading the source of one Go module. */
  goModuleDownload: 300_000,
  /** A Docker daemon that was started answers. */
  dockerDaemonAnswers: 60_000,
  /** A chart repository answers a request for its index. */
  repositoryAnswers: 10_000,
  /** Building one tool from its Go modules, downloads included, on two slow cores. */
  toolBuild: 3_600_000,
  /** Downloading one tool's release, or Go's own archive. */
  toolDownload: 600_000,
  /** A tool says which version it is. */
  toolAnswers: 20_000,
  /** A host of releases or a container registry answers. After that it counts as out of reach. */
  hostAnswers: 5_000,
  /** Downloading a public file of some hundred kilobytes. */
  download: 60_000,
  /** Kubernetes has written the token of a service account. */
  accessToken: 180_000,
  /** Pulumi reads or writes the whole state of a stack. */
  stateAccess: 120_000,
  /** The checks of Linkerd's own command line pass. They are repeated until then. */
  linkerdChecks: 120_000,
  /** The first request through a new Link is answered. */
  firstRequest: 120_000,
  /** A command that was just stopped releases its stack. */
  lockReleased: 5_000,
  /** The Prometheus or the Jaeger of a cluster is ready, which includes pulling its image. */
  observerStarted: 300_000,
  /** Every node of a cluster has its routes to the pods of the other clusters on its network. */
  podRoutes: 120_000,
  /** How long a service mirror may be stuck on an earlier Link before its pod is recreated. */
  serviceMirrorStuck: 20_000,
  /** How long linkerd-destination may not know the target of a Link before it is restarted. */
  discoveryMissing: 8_000,
  /** A federated Service has all of its members. */
  federatedComplete: 90_000,
  /** A mesh's faults after an `up` have passed, or something was done about them. */
  healed: 60_000,
  /** How long a member may be missing before its Service is touched, and between two touches. */
  federatedMemberMissing: 4_000,
  /** How long a headless mirror may lack the names of its pods before the Endpoints are touched. */
  headlessNamesStray: 4_000,
  /** How long service mirrors take at most to notice that a Service was labelled. */
  exportHeard: 2_000,
  /** Every proxy of Linkerd, and of namespaces that asked for it, was restarted where necessary. */
  proxiesRestarted: 600_000,
  /** How long a rotation waits for proxies that others have to restart. */
  othersRestarted: 600_000,
  /** cert-manager has created a cluster's issuer. */
  issuerMade: 180_000,
  /** One round of the proof. After each round the package looks again for faults to repair. */
  proofRound: 20_000,
  /** Everything that a command cleans up after an unexpected error. */
  tidiedUp: 180_000,
  /** How long the processes of a run get to end before they are killed. */
  processesEnded: 2_000,
  /** What an earlier run left is removed. After that, a later run or `reap` gives up for now. */
  earlierRunTakenDown: 180_000,
  /** Killed processes of a run are gone. */
  processesKilled: 10_000,
  /** Somebody takes a mesh from its pool or puts one back, which includes ending the processes of its run. */
  poolLock: 60_000,
  /** What a run left in a mesh of a pool is gone. After that a new mesh is as quick. */
  poolReset: 60_000,
  /** Containers, network and files of a run are gone. */
  runTakenDown: 120_000,
  /** Interrupted engines of a run have finished their current step. */
  engineInterrupted: 60_000,
  /** How long a command that was told to end gets before it is killed: whoever tells it waits ten seconds. */
  commandEnded: 3_000,
  /** The same after Ctrl-C. A second Ctrl-C ends the wait. */
  commandInterrupted: 30_000,
  /** How long a verification waits for checks that may still pass: a mesh settles after a change. */
  verified: 10_000,
  /** One request that a verification sends through the mesh. */
  probeRequest: 5_000,
  /** The pods that send a verification's traffic are Ready, which includes pulling the image. */
  probesReady: 120_000,
  /** A request is answered after its mirror appeared: proxies and DNS may learn of it late. */
  trafficArrives: 45_000,
  /** linkerd-destination says something about a Service. Later than that it knows no endpoint of it. */
  destinationSpeaks: 5_000,
  /** linkerd-destination knows the endpoints of a new mirror. */
  endpointsKnown: 30_000,
  /** How long a new API may have no backend yet, when it blocks the deletion of a namespace. */
  apisDiscovered: 10_000,
  /** The namespaces of a verification are gone. */
  probesRemoved: 120_000,
  /** What a preview may take to see whether a cluster is replaced. */
  outlook: 10_000,
  /** A mesh for tests is up, or gone: hooks of test runners take a limit. */
  testMeshUp: 1_800_000,
  /** What a test made is gone from every cluster. */
  testsReset: 300_000,
  /** How long after its start nothing of a verification runs any more. */
  verificationOver: 900_000,
  /** One request of a drill. A real client would have given up by then. */
  drillRequest: 10_000,
  /** How long a drill waits for the names of a cluster's pods before it goes on with those that it knows. */
  drillPods: 2_000,
  /** How long a drill waits until everything is as before, after everything was put back. */
  drillHealed: 240_000,
  /** How long a mesh may take to recover by itself after a drill before its controllers are restarted. */
  drillRecovers: 45_000,
  /** Collecting a bundle. Parts that are missing by then are noted in it. */
  bundle: 60_000,
} as const;
