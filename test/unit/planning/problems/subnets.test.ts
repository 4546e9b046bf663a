import { checkProblems } from "./check-problems.ts";

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

checkProblems("subnets", [
  [
    "no subnet",
    kind({ podSubnet: "10.0.0.0", serviceSubnet: "10.300.0.0/16" }),
    'clusters[0].podSubnet: "10.0.0.0" is not an IPv4 subnet (write a subnet such as 10.22.72.0/21, or leave it out)',
    'clusters[0].serviceSubnet: "10.300.0.0/16" is not an IPv4 subnet (write a subnet such as 10.150.72.0/21, or leave it out)',
  ],
  [
    "octal and short notations",
    kind({ podSubnet: "010.10.0.0/16", serviceSubnet: "10.140/16" }),
    'clusters[0].podSubnet: "010.10.0.0/16" is not an IPv4 subnet (write a subnet such as 10.22.72.0/21, or leave it out)',
    'clusters[0].serviceSubnet: "10.140/16" is not an IPv4 subnet (write a subnet such as 10.150.72.0/21, or leave it out)',
  ],
  [
    "IPv6",
    kind({ podSubnet: "fd00:10::/56" }),
    'clusters[0].podSubnet: "fd00:10::/56" is an IPv6 subnet; clusters are IPv4 (write a subnet such as 10.22.72.0/21, or leave it out)',
  ],
  [
    "a subnet off its boundary",
    kind({ podSubnet: "10.1.2.3/16" }),
    'clusters[0].podSubnet: "10.1.2.3/16" begins within a subnet of that size (write 10.1.0.0/16)',
  ],
  [
    "public addresses",
    kind({ podSubnet: "203.0.113.0/24" }),
    'clusters[0].podSubnet: "203.0.113.0/24" is not within the networks that Linkerd takes for clusters (10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16) (choose a subnet in 10.0.0.0/8)',
  ],
  [
    "public addresses of a cluster that exists, which can't have others",
    {
      clusters: [
        { name: "west", kubeconfig: "west.yaml", podSubnet: "10.1.0.0/16,203.0.113.0/24" },
        { name: "east" },
      ],
    },
    'clusters[0].podSubnet: "203.0.113.0/24" is not within the networks that Linkerd takes for clusters (10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16) (add 203.0.113.0/24 to these as linkerd.values.controlPlane.clusterNetworks)',
  ],
  [
    "none: public addresses of a mesh that others made, with networks of their own",
    {
      adopt: true,
      clusters: [{ name: "west", kubeconfig: "west.yaml", podSubnet: "203.0.113.0/24" }],
    },
  ],
  [
    "networks of Linkerd without a subnet",
    {
      ...kind({}),
      linkerd: { values: { controlPlane: { clusterNetworks: "203.0.113.0/24,fd00::/8" } } },
    },
    'linkerd.values.controlPlane.clusterNetworks: does not contain the default pod subnet 10.22.72.0/21 of "west" (add 10.0.0.0/8)',
  ],
  [
    "Docker's addresses",
    kind({ podSubnet: "172.18.0.0/16", serviceSubnet: "192.168.0.0/20" }),
    'clusters[0].podSubnet: "172.18.0.0/16" overlaps 172.16.0.0/12, where Docker\'s networks are (choose a subnet in 10.0.0.0/8)',
    'clusters[0].serviceSubnet: "192.168.0.0/20" overlaps 192.168.0.0/16, where Docker\'s networks are (choose a subnet in 10.0.0.0/8)',
  ],
  [
    "too small",
    kind({ podSubnet: "10.10.0.0/25", serviceSubnet: "10.140.0.0/25" }),
    'clusters[0].podSubnet: "10.10.0.0/25" is too small: its node needs a /24 (write a /24 or larger)',
    'clusters[0].serviceSubnet: "10.140.0.0/25" is too small: Services and their mirrors need a /24 (write a /24 or larger)',
  ],
  [
    "too small for the nodes",
    kind({ nodes: { workers: 4 }, podSubnet: "10.10.0.0/22" }),
    'clusters[0].podSubnet: "10.10.0.0/22" is too small: each of 5 nodes needs a /24 (write a /21 or larger)',
  ],
  [
    "one that leaves no room for the others' defaults",
    { clusters: [{ name: "west", podSubnet: "10.0.0.0/8" }, { name: "east" }] },
    'clusters[0].podSubnet: "10.0.0.0/8" leaves no room for default subnets, such as the cluster\'s own (write a smaller one, such as 10.2.0.0/16)',
  ],
  [
    "one of a cluster that exists, which can't be changed",
    {
      clusters: [
        { name: "west", network: "lab" },
        { name: "staging", kubeconfig: "a.kubeconfig", network: "lab", podSubnet: "10.0.0.0/8" },
      ],
    },
    'clusters[0]: the pod subnet 10.0.0.0/8 of "staging" leaves no room for default subnets (put the two on different networks)',
  ],
  [
    "none: what gateways and networks of clouds are for",
    {
      clusters: [
        { name: "west", podSubnet: "10.3.0.0/20", serviceSubnet: "10.200.0.0/20" },
        { name: "east", podSubnet: "10.3.0.0/20", serviceSubnet: "10.200.0.0/20" },
        ...["a", "b"].map((name) => ({
          name,
          network: "vpc",
          kubeconfig: name,
          apiServer: "https://203.0.113.7:6443",
          podSubnet: "10.16.0.0/16, 100.64.0.0/16",
          serviceSubnet: "172.20.0.0/16",
        })),
      ],
      links: [{ between: ["west", "east"] }, { between: ["a", "b"], mode: "flat" }],
    },
  ],
  [
    "several of a cluster that exists, of a kind cluster, and unreadable ones",
    {
      clusters: [
        { name: "west", podSubnet: "10.3.0.0/20,10.4.0.0/20" },
        {
          name: "a",
          kubeconfig: "a",
          podSubnet: "10.16.0.0/16,10.17.0.0/8",
          serviceSubnet: "10.16.8.0/21",
        },
        { name: "b", kubeconfig: "b", podSubnet: "10.16.0.0/16," },
      ],
    },
    'clusters[0].podSubnet: "10.3.0.0/20,10.4.0.0/20" is not an IPv4 subnet (write a subnet such as 10.22.72.0/21, or leave it out)',
    'clusters[1].podSubnet: "10.17.0.0/8" begins within a subnet of that size (write 10.0.0.0/8)',
    'clusters[1].serviceSubnet: "10.16.8.0/21" overlaps the cluster\'s own pod subnet 10.16.0.0/16 (choose another)',
    'clusters[2].podSubnet: "" is not an IPv4 subnet (write a subnet such as 10.62.32.0/21)',
  ],
  [
    "too large",
    kind({ podSubnet: "10.0.0.0/7", serviceSubnet: "100.64.0.0/10" }),
    'clusters[0].podSubnet: "10.0.0.0/7" is larger than Kubernetes allows (write a /8 or smaller)',
    'clusters[0].serviceSubnet: "100.64.0.0/10" is larger than Kubernetes allows (write a /12 or smaller)',
  ],
  [
    "pods and Services in one",
    kind({ podSubnet: "10.10.0.0/16", serviceSubnet: "10.10.8.0/21" }),
    'clusters[0].serviceSubnet: "10.10.8.0/21" overlaps the cluster\'s own pod subnet 10.10.0.0/16 (choose another, such as 10.128.0.0/21)',
  ],
  [
    "two clusters in one",
    {
      clusters: [
        { name: "west", network: "n", podSubnet: "10.10.0.0/16", serviceSubnet: "10.140.0.0/21" },
        { name: "east", network: "n", podSubnet: "10.10.0.0/16", serviceSubnet: "10.140.0.0/21" },
      ],
    },
    'clusters[1].podSubnet: "10.10.0.0/16" overlaps the pod subnet 10.10.0.0/16 of "west" (choose another, such as 10.2.0.0/16)',
    'clusters[1].serviceSubnet: "10.140.0.0/21" overlaps the Service subnet 10.140.0.0/21 of "west" (choose another, such as 10.128.0.0/21)',
  ],
  [
    "one inside of a default one",
    kind({ podSubnet: "10.64.0.0/11" }),
    'clusters[1]: the default pod subnet 10.74.240.0/21 overlaps the pod subnet 10.64.0.0/11 of "west" (write slot: 3584)',
  ],
  [
    "the same slot",
    {
      clusters: [
        { name: "west", slot: 7 },
        { name: "east", slot: 7 },
        { name: "north", slot: 7 },
      ],
    },
    'clusters[1].slot: "east" and "west" have the same default subnets (slot 7) (write slot: 64, for the newer of the two: other subnets recreate a cluster)',
    'clusters[2].slot: "north" and "west" have the same default subnets (slot 7) (write slot: 65, for the newer of the two: other subnets recreate a cluster)',
  ],
  [
    "names that lead to the same slot",
    { clusters: [{ name: "c-1" }, { name: "c-01" }] },
    'clusters[1]: "c-01" and "c-1" have the same default subnets (slot 406) (write slot: 407, for the newer of the two: other subnets recreate a cluster)',
  ],
  [
    "an existing cluster on the same network",
    {
      clusters: [
        { name: "west", network: "lab", slot: 100 },
        { name: "staging", network: "lab", kubeconfig: "k", podSubnet: "10.3.0.0/16" },
      ],
    },
    'clusters[0].slot: the default pod subnet 10.3.32.0/21 overlaps the pod subnet 10.3.0.0/16 of "staging" (write slot: 128)',
  ],
  [
    "an explicit subnet over an existing cluster's",
    {
      clusters: [
        { name: "west", network: "lab", podSubnet: "10.3.0.0/20" },
        { name: "staging", network: "lab", kubeconfig: "k", podSubnet: "10.3.0.0/16" },
      ],
    },
    'clusters[0].podSubnet: "10.3.0.0/20" overlaps the pod subnet 10.3.0.0/16 of "staging" (choose another, such as 10.2.0.0/20)',
  ],
]);
