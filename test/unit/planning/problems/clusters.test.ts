import { checkProblems } from "./check-problems.ts";

checkProblems("clusters", [
  [
    "a name given twice",
    { clusters: [{ name: "west" }, { name: "east" }, { name: "west" }] },
    'clusters[2].name: "west" is already the name of clusters[0] (give each cluster a name of its own)',
  ],
  [
    "the suffix of federated Services",
    { clusters: [{ name: "federated" }, { name: "x-federated" }] },
    'clusters[0].name: "federated" ends like the name of a federated Service: a mirror Service "<service>-federated" would look like one (choose a name that does not end with "federated")',
    'clusters[1].name: "x-federated" ends like the name of a federated Service: a mirror Service "<service>-x-federated" would look like one (choose a name that does not end with "federated")',
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
    'clusters[1].network: "west" is the name of a cluster that has its own network (write network: west for that cluster as well, or choose another name)',
  ],
  [
    "keys of the other type of cluster",
    {
      clusters: [
        { name: "west", context: "w", apiServer: "https://w:6443" },
        { name: "staging", kubeconfig: "k", slot: 3, nodes: { workers: 1 }, nodeImage: "x" },
      ],
    },
    'clusters[0].apiServer: apiServer applies to existing clusters, and "west" has no kubeconfig (leave out apiServer, or add kubeconfig)',
    'clusters[0].context: context applies to existing clusters, and "west" has no kubeconfig (leave out context, or add kubeconfig)',
    'clusters[1].nodeImage: nodeImage applies to clusters that the package creates, and "staging" has a kubeconfig: it exists (leave out nodeImage, or kubeconfig)',
    'clusters[1].nodes: nodes applies to clusters that the package creates, and "staging" has a kubeconfig: it exists (leave out nodes, or kubeconfig)',
    'clusters[1].slot: slot applies to clusters that the package creates, and "staging" has a kubeconfig: it exists (leave out slot, or kubeconfig)',
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
