/** Every limit that a topology has, with its reason. */
export const limits = {
  /**
   * Enough for any topology that fits on one machine: a full mesh of them has 16,256 Links. The default
   * subnets would suffice for many more.
   */
  clusters: 128,
  /** The Docker network's name, a DNS label, is `linkerd-topology-<topology>`. */
  topologyName: 46,
  /**
   * The mirror Service `<service>-<cluster>` is a DNS label (63), so this leaves 30 for the service. Names of
   * controllers' pods (`controller-<cluster>-<17 characters>`) and access accounts fit as well.
   */
  clusterName: 32,
  /** A DNS label: the longest name that a node, a Service or a Docker container can have. */
  dnsLabel: 63,
  /** A count of rotations. A longer one is most likely a date. */
  tokenGeneration: 999_999,
  /** More members only slow etcd down. */
  controlPlanes: 7,
  workers: 250,
  /** X.509 and Go allow more. A longer lifetime is most likely in another unit. */
  lifetimeHours: 876_000,
  /**
   * The subject `identity.linkerd.<domain>` of an issuer is a common name of at most 64 characters (RFC
   * 5280).
   */
  trustDomain: 47,
  /** A name has at most 253 characters: `<service>.<namespace>.svc.<domain>`, with 63 for each of the two. */
  clusterDomain: 121,
  /** Of a trust anchor. Nobody rotates that often. */
  anchorGeneration: 9999,
  /**
   * Of a node in its cluster. It is more than any cluster has, so that the rules can say how many there are.
   */
  nodeIndex: 1000,
  /** Of the default subnets of pods. There is one for each slot. */
  slot: 4095,
  /** Of a StatefulSet whose pods are mirrored one by one. Each of them becomes a Service in every source. */
  headlessPods: 1000,
  /** Of a pod of a StatefulSet. Nobody counts that far. */
  ordinal: 1_000_000,
  /** TCP and UDP count them in 16 bits. */
  port: 65_535,
  /** First and last port of a Kubernetes NodePort, unless the API server is configured otherwise. */
  nodePort: { first: 30_000, last: 32_767 },
  /** kubeadm gives each node this much of the pod subnet. */
  podPrefixPerNode: 24,
  /** kube-controller-manager: the node's prefix is at most 16 longer than that of all pods. */
  largestPodPrefix: 8,
  /** kubeadm and the API server refuse a larger service subnet. */
  largestServicePrefix: 12,
  /** Of the Docker network: half of it must contain at least 64 ranges for load balancers. */
  smallestNetworkPrefix: 20,
  /** Of the Docker network: the largest of the private networks. */
  largestNetworkPrefix: 8,
  /** A network that a program creates itself: room for the bridge and a dozen nodes. */
  smallestDockerPrefix: 28,
  /** That a Jaeger keeps in memory. Nobody has room for more. */
  traces: 10_000_000,
  /** Of a route's backend: the Gateway API's maximum. */
  routeWeight: 1_000_000,
  /** With more steps, more than one request in 32 would go one step too far: weights end at 1,000,000. */
  failoverSteps: { first: 2, last: 5 },
  /** The Gateway API allows 16 rules in a route. */
  routes: 16,
  /** More retries than backends only add load to what is failing. */
  retries: 10,
  /** Of requests in a row: more would hardly ever fail one after the other. */
  accruedFailures: 10_000,
  /** Four addresses for the load balancers of a cluster. */
  smallestBalancerRange: 30,
  /** 254 Services, mirrors included. */
  smallestServicePrefix: 24,
} as const;
