import { checkProblems } from "./check-problems.ts";

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

checkProblems("nodes", [
  [
    "an even number of control planes",
    kind({ nodes: { controlPlanes: 2, workers: 1 } }),
    "clusters[0].nodes.controlPlanes: 2 control planes survive no more failures than 1: etcd needs a majority (write 1 or 3)",
  ],
  [
    "control planes alone",
    kind({ nodes: { controlPlanes: 3 } }),
    "clusters[0].nodes.workers: with several control planes and no worker, no node accepts Linkerd's pods (write at least 1)",
  ],
  [
    "more nodes than the default subnet holds",
    kind({ nodes: { workers: 8 } }),
    "clusters[0].nodes: 9 nodes are more than the 8 that a default pod subnet has room for (write podSubnet as well, such as 10.2.0.0/20)",
  ],
  [
    "high availability on too few nodes",
    {
      clusters: [
        { name: "west" },
        { name: "east", nodes: { workers: 2 } },
        { name: "north", nodes: { workers: 3 } },
      ],
      linkerd: { highAvailability: true },
    },
    'clusters[0].nodes: linkerd.highAvailability puts three replicas of each controller on three nodes, and "west" has 1 that takes pods (write workers: 3, or leave out highAvailability)',
    'clusters[1].nodes: linkerd.highAvailability puts three replicas of each controller on three nodes, and "east" has 2 that take pods (write workers: 3, or leave out highAvailability)',
  ],
  [
    "a port mapping to a node that isn't there",
    {
      clusters: [
        { name: "west", portMappings: [{ node: 1, containerPort: 80, hostPort: 80 }] },
        {
          name: "east",
          nodes: { workers: 2 },
          portMappings: [{ node: 3, containerPort: 80, hostPort: 81 }],
        },
      ],
    },
    "clusters[0].portMappings[0].node: 1 is not the index of a node: there is 1 node (write 0, or leave it out)",
    "clusters[1].portMappings[0].node: 3 is not the index of a node: there are 3 nodes (write 0 to 2)",
  ],
  [
    "a host port taken twice",
    {
      clusters: [
        {
          name: "west",
          portMappings: [
            { containerPort: 80, hostPort: 80 },
            { containerPort: 80, hostPort: 81, listenAddress: "127.0.0.2" },
            { containerPort: 53, hostPort: 80, protocol: "UDP" },
          ],
        },
        {
          name: "east",
          portMappings: [
            { containerPort: 80, hostPort: 80, listenAddress: "0.0.0.0" },
            { containerPort: 80, hostPort: 81 },
          ],
        },
      ],
    },
    "clusters[1].portMappings[0].hostPort: port 80 of this machine is already used by clusters[0].portMappings[0].hostPort (choose another port)",
  ],
  [
    "a wrong listen address",
    kind({ portMappings: [{ containerPort: 80, hostPort: 80, listenAddress: "localhost" }] }),
    'clusters[0].portMappings[0].listenAddress: "localhost" is not an IP address (write an address of this machine, such as "127.0.0.1" or "0.0.0.0")',
  ],
  [
    "wrong registry mirrors",
    kind({
      registryMirrors: { "https://docker.io": ["http://ok:5000"], "quay.io": ["mirror:5000"] },
    }),
    'clusters[0].registryMirrors["https://docker.io"]: "https://docker.io" is not the host of a registry (write a host, such as docker.io or registry.example.com:5000)',
    'clusters[0].registryMirrors["quay.io"][0]: "mirror:5000" is not the URL of a mirror (write a URL such as "http://registry:5000")',
  ],
  [
    "two lists of mirrors for one file of containerd's",
    kind({ registryMirrors: { _default: ["http://one:5000"], "*": ["http://two:5000"] } }),
    'clusters[0].registryMirrors["*"]: "*" is the same as "_default" (leave out one of them)',
  ],
]);
