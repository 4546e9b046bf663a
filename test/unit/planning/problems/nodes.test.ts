import { checkProblems } from "./check-problems.ts";

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

const mirrors =
  '[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = ["http://r"]';
const tls =
  '[plugins."io.containerd.cri.v1.images".registry.configs."r:5000".tls]\nca_file = "/ca"';
const login =
  '[plugins."io.containerd.grpc.v1.cri".registry.configs."r:5000".auth]\nusername = "u"';

checkProblems("patches of containerd", [
  [
    "what is no TOML",
    {
      clusters: [
        { name: "west", containerdConfigPatches: ["[debug]\nlevel: debug", "[a", "a = 1"] },
      ],
    },
    'clusters[0].containerdConfigPatches[0]: line 2 of the patch is not TOML: illegal character in key (write TOML, such as [debug] and level = "debug")',
    'clusters[0].containerdConfigPatches[1]: line 1 of the patch is not TOML: incomplete key-value: cannot find end of key (write TOML, such as [debug] and level = "debug")',
  ],
  [
    "mirrors in the way of before, beside the directory that nodes read them from",
    {
      clusters: [
        { name: "west", containerdConfigPatches: [mirrors] },
        {
          name: "east",
          nodeImage: "own",
          containerdConfigPatches: [tls, login],
          registryMirrors: { "r:5000": ["http://r"] },
        },
        { name: "north", nodeImage: "own", containerdConfigPatches: [mirrors, login] },
      ],
    },
    "clusters[0].containerdConfigPatches[0]: sets registry.mirrors or the TLS settings of a registry, which containerd refuses beside registry.config_path: no node would become ready (write registryMirrors in its place)",
    "clusters[1].containerdConfigPatches[0]: sets registry.mirrors or the TLS settings of a registry, which containerd refuses beside registry.config_path: no node would become ready (write registryMirrors in its place)",
  ],
]);

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
