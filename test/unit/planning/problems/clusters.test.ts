import { checkProblems } from "./check-problems.ts";

checkProblems("clusters", [
  [
    "a name given twice",
    { clusters: [{ name: "west" }, { name: "east" }, { name: "west" }] },
    'clusters[2].name: "west" is the name of clusters[0] already (give each cluster a name of its own)',
  ],
  [
    "the suffix of federated Services",
    { clusters: [{ name: "federated" }, { name: "x-federated" }] },
    'clusters[0].name: "federated" ends like the names of federated Services: a mirror Service "<service>-federated" could not be told from one (choose a name that does not end with "federated")',
    'clusters[1].name: "x-federated" ends like the names of federated Services: a mirror Service "<service>-x-federated" could not be told from one (choose a name that does not end with "federated")',
  ],
  [
    "names of containers that are too long",
    {
      name: "a-topology-with-a-long-name",
      clusters: [{ name: "a-cluster-with-a-long-name" }, { name: "short" }],
    },
    'clusters[0].name: the container "a-topology-with-a-long-name-a-cluster-with-a-long-name-control-plane" would have a name of 68 characters; the limit is 63 (shorten the cluster\'s name, or the topology\'s ("a-topology-with-a-long-name"), by 5)',
  ],
  [
    "a load balancer's name that is too long",
    {
      name: "a-topology-with-a-long-name",
      clusters: [{ name: "a-long-name-too", nodes: { controlPlanes: 3, workers: 1 } }],
    },
    'clusters[0].name: the container "a-topology-with-a-long-name-a-long-name-too-external-load-balancer" would have a name of 66 characters; the limit is 63 (shorten the cluster\'s name, or the topology\'s ("a-topology-with-a-long-name"), by 3)',
  ],
  [
    "another cluster's own network",
    { clusters: [{ name: "west" }, { name: "east", network: "west" }] },
    'clusters[1].network: "west" is the name of a cluster that has a network to itself (write network: west for that cluster as well, or choose another name)',
  ],
  [
    "keys of the other type of cluster",
    {
      clusters: [
        { name: "west", context: "w", apiServer: "https://w:6443" },
        { name: "staging", kubeconfig: "k", slot: 3, nodes: { workers: 1 }, nodeImage: "x" },
      ],
    },
    'clusters[0].apiServer: apiServer describes a cluster that exists, and "west" has no kubeconfig (leave out apiServer, or write kubeconfig as well)',
    'clusters[0].context: context describes a cluster that exists, and "west" has no kubeconfig (leave out context, or write kubeconfig as well)',
    'clusters[1].nodeImage: nodeImage describes a cluster to be made, and "staging" exists: it has a kubeconfig (leave out nodeImage, or kubeconfig)',
    'clusters[1].nodes: nodes describes a cluster to be made, and "staging" exists: it has a kubeconfig (leave out nodes, or kubeconfig)',
    'clusters[1].slot: slot describes a cluster to be made, and "staging" exists: it has a kubeconfig (leave out slot, or kubeconfig)',
  ],
  [
    "one existing cluster twice",
    {
      clusters: [
        { name: "a", kubeconfig: "k" },
        { name: "b", kubeconfig: "k" },
        { name: "c", kubeconfig: "k", context: "c" },
      ],
    },
    'clusters[1].kubeconfig: leads to the same cluster as that of "a" (name the context of each, or leave out one of the two clusters)',
  ],
]);
