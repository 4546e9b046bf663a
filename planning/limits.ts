/** Every limit that a topology has, with its reason. */
export const limits = {
  /**
   * Enough for any topology that fits on one machine; a full mesh of them is 16,256 Links. The default
   * subnets would go a long way beyond.
   */
  clusters: 128,
  /** The Docker network's name, a DNS label, is `linkerd-topology-<topology>`. */
  topologyName: 46,
  /**
   * The mirror Service `<service>-<cluster>` is a DNS label (63): this leaves 30 for the service. Names
   * of controllers' pods (`controller-<cluster>-<17 characters>`) and access accounts fit as well.
   */
  clusterName: 32,
  /** A DNS label: the longest name that a node's host, a Service or a Docker container can have. */
  dnsLabel: 63,
  /** A count of rotations; a longer one is most likely a date. */
  tokenGeneration: 999_999,
  /** More members only slow etcd down. */
  controlPlanes: 7,
  workers: 250,
  /** X.509 and Go would take more; a longer lifetime is most likely another unit. */
  lifetimeHours: 876_000,
  /** The subject `identity.linkerd.<domain>` of an issuer is a common name, of 64 characters (RFC 5280). */
  trustDomain: 47,
  /** A name has 253 characters: `<service>.<namespace>.svc.<domain>`, with 63 for each of the two. */
  clusterDomain: 121,
  /** Of a trust anchor; nobody counts that far. */
  anchorGeneration: 9999,
  /** Of a node within its cluster; more than any cluster has, so that the rules can tell how many there are. */
  nodeIndex: 1000,
  /** Of the default subnets of pods, which are as many as the slots. */
  slot: 4095,
  /** Of a StatefulSet whose pods are mirrored one by one; each of them is a Service in every source. */
  headlessPods: 1000,
  /** Of a pod of a StatefulSet; nobody counts that far. */
  ordinal: 1_000_000,
  /** TCP and UDP count them in 16 bits. */
  port: 65_535,
  /** First and last port of a Kubernetes NodePort, unless the API server is told otherwise. */
  nodePort: { first: 30_000, last: 32_767 },
  /** kubeadm gives each node this much of the pod subnet. */
  podPrefixPerNode: 24,
  /** kube-controller-manager: the node's prefix is at most 16 longer than that of all pods. */
  largestPodPrefix: 8,
  /** kubeadm and the API server refuse a larger service subnet. */
  largestServicePrefix: 12,
  /** Of the Docker network: half of it is divided into at least 64 ranges for load balancers. */
  smallestNetworkPrefix: 20,
  /** Of the Docker network: the largest of the private networks. */
  largestNetworkPrefix: 8,
  /** A network that a program makes on its own: room for the bridge and a dozen nodes. */
  smallestDockerPrefix: 28,
  /** Of a backend of a route: the Gateway API allows no larger one. */
  routeWeight: 1_000_000,
  /** More steps would leak more than one request in 32 to the next one: weights end at 1,000,000. */
  failoverSteps: { first: 2, last: 5 },
  /** The Gateway API allows 16 rules in a route. */
  routes: 16,
  /** More retries than places where requests go only add load to what is failing. */
  retries: 10,
  /** Of requests in a row: more would hardly ever fail one after the other. */
  accruedFailures: 10_000,
  /** Four addresses for the load balancers of a cluster. */
  smallestBalancerRange: 30,
  /** 254 Services, mirrors included. */
  smallestServicePrefix: 24,
} as const;
