import { checkProblems } from "./check-problems.ts";

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });
const zone = "topology.kubernetes.io/zone";

checkProblems("kind's options", [
  [
    "none: all of them as people write them",
    kind({
      nodes: { workers: 2 },
      nodeLabels: { "*": { team: "" }, "1": { [zone]: "a" }, 2: { "node.kubernetes.io/x": "b" } },
      extraMounts: [
        { hostPath: "/srv/a", containerPath: "/data" },
        { node: 1, hostPath: "/srv/b", containerPath: "/var/data/", readOnly: true },
        { node: 2, hostPath: "/srv/c", containerPath: "/var/data" },
      ],
      kubeadmConfigPatches: [
        "kind: ClusterConfiguration\nnetworking: {}\n",
        "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 9\n",
      ],
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": true, v1: true, "resource.k8s.io/v1beta1": true },
      apiServerAddress: "0.0.0.0",
      apiServerPort: 6443,
    }),
  ],
  [
    "values of a wrong type, or of a wrong form",
    kind({
      nodeLabels: { "0": { [zone]: true, team: "a b" } },
      extraMounts: [{ hostPath: "data", containerPath: "/a:b" }, { hostPath: "/srv" }],
      kubeadmConfigPatches: [" "],
      featureGates: { AllAlpha: "true" },
      runtimeConfig: { "api/all": "false" },
      apiServerAddress: "localhost",
      apiServerPort: 0,
    }),
    'clusters[0].apiServerAddress: "localhost" is not an IPv4 address (write an address of the machine that Docker runs on, such as "127.0.0.1")',
    "clusters[0].apiServerPort: 0 is not a port, 1 to 65535 (write a port number, or leave it out)",
    'clusters[0].extraMounts[0].containerPath: "/a:b" is not an absolute path in the node, without ":" and "," (write a path such as /data)',
    'clusters[0].extraMounts[0].hostPath: "data" is not an absolute path of this machine, without ":" and "," (write a path such as /srv/data)',
    'clusters[0].extraMounts[1].containerPath: is missing; it must be an absolute path in the node, without ":" and "," (write a path such as /data)',
    'clusters[0].featureGates.AllAlpha: "true" is not true or false (write true or false)',
    'clusters[0].kubeadmConfigPatches[0]: " " is not a YAML patch (write YAML text)',
    'clusters[0].nodeLabels["0"].team: "a b" is not the value of a label (write a value such as "a")',
    'clusters[0].nodeLabels["0"]["topology.kubernetes.io/zone"]: true is not the value of a label (write a value such as "a"; text that YAML takes for something else needs quotes: "true")',
    'clusters[0].runtimeConfig["api/all"]: "false" is not true or false (write true or false)',
  ],
  [
    "labels of nodes that aren't there, and labels that no node may have",
    kind({
      nodeLabels: {
        "1": { [zone]: "a" },
        "00": {},
        "*": { "a b": "x", "node-role.kubernetes.io/infra": "", "kubernetes.io/hostname": "h" },
      },
    }),
    'clusters[0].nodeLabels["*"]["a b"]: "a b" is not the key of a label (write a key such as "topology.kubernetes.io/zone")',
    'clusters[0].nodeLabels["*"]["node-role.kubernetes.io/infra"]: "node-role.kubernetes.io/infra" is a label that a node may not give itself: its kubelet would not start (write a key of your own, or one that begins with "node.kubernetes.io/")',
    'clusters[0].nodeLabels["00"]: "00" is not the index of a node, nor "*": there is 1 node (write 0, or "*" for every node)',
    'clusters[0].nodeLabels["1"]: "1" is not the index of a node, nor "*": there is 1 node (write 0, or "*" for every node)',
  ],
  [
    "mounts to a missing node, over what a node needs, over the package's stamp, and over each other",
    kind({
      nodes: { workers: 1 },
      extraMounts: [
        { node: 2, hostPath: "/a", containerPath: "/a" },
        { hostPath: "/a", containerPath: "/var/" },
        { hostPath: "/a", containerPath: "/x/../kind/linkerd-topology" },
        { hostPath: "/a", containerPath: "/b" },
        { node: 1, hostPath: "/a", containerPath: "//b/" },
      ],
    }),
    "clusters[0].extraMounts[0].node: 2 is not the index of a node: there are 2 nodes (write 0 to 1, or leave it out for every node)",
    'clusters[0].extraMounts[1].containerPath: "/var/" would hide what a node needs (choose another path, such as /data)',
    'clusters[0].extraMounts[2].containerPath: "/x/../kind/linkerd-topology" holds what kind and this package know about the node (choose another path, such as /data)',
    'clusters[0].extraMounts[4].containerPath: "//b/" is already used by extraMounts[3] of the same node (choose another path)',
  ],
  [
    "patches that kind would lose, or that contradict the plan",
    kind({
      kubeadmConfigPatches: [
        "- kind: ClusterConfiguration",
        "apiServer: {}",
        "kind: ClusterConfig",
        "kind: ClusterConfiguration\n---\nkind: KubeletConfiguration",
        "kind: ClusterConfiguration\nnetworking: { podSubnet: 10.0.0.0/8, dnsDomain: x }",
        'kind: "',
      ],
    }),
    'clusters[0].kubeadmConfigPatches[0]: the patch is not a YAML map (write one YAML map that begins with "kind:")',
    'clusters[0].kubeadmConfigPatches[1]: the patch has no kind, which tells what it patches (write a kind: one of "ClusterConfiguration", "InitConfiguration", "JoinConfiguration", "KubeletConfiguration", "KubeProxyConfiguration")',
    'clusters[0].kubeadmConfigPatches[2]: the patch is for "ClusterConfig", which is not part of kubeadm\'s configuration (write a kind: one of "ClusterConfiguration", "InitConfiguration", "JoinConfiguration", "KubeletConfiguration", "KubeProxyConfiguration")',
    'clusters[0].kubeadmConfigPatches[3]: the patch is 2 YAML documents, and kind reads only the first one (write one YAML map that begins with "kind:")',
    "clusters[0].kubeadmConfigPatches[4]: the patch changes networking.dnsDomain, which the plan sets (take it out, and write clusterDomain of the cluster)",
    "clusters[0].kubeadmConfigPatches[4]: the patch changes networking.podSubnet, which the plan sets (take it out, and write podSubnet of the cluster)",
    'clusters[0].kubeadmConfigPatches[5]: the patch is not YAML: Missing closing "quote at line 1, column 8 (write one YAML map that begins with "kind:")',
  ],
  [
    "names that would say something else as a flag",
    kind({
      featureGates: { "A=true,B": true, inPlace: true },
      runtimeConfig: { "api/some": true, apps: false },
    }),
    'clusters[0].featureGates["A=true,B"]: "A=true,B" is not the name of a feature gate (write a name such as InPlacePodVerticalScaling)',
    'clusters[0].featureGates.inPlace: "inPlace" is not the name of a feature gate (write a name such as InPlacePodVerticalScaling)',
    'clusters[0].runtimeConfig["api/some"]: "api/some" is not a Kubernetes API (write api/all, api/ga, api/beta, api/alpha, or group and version, such as resource.k8s.io/v1beta1)',
    'clusters[0].runtimeConfig.apps: "apps" is not a Kubernetes API (write api/all, api/ga, api/beta, api/alpha, or group and version, such as resource.k8s.io/v1beta1)',
  ],
  [
    "an API server's port that is taken",
    {
      clusters: [
        {
          name: "west",
          apiServerPort: 8080,
          portMappings: [{ containerPort: 80, hostPort: 8080 }],
        },
        { name: "east", apiServerPort: 8080, apiServerAddress: "0.0.0.0" },
        { name: "north", apiServerPort: 8080, apiServerAddress: "127.0.0.2" },
        { name: "south", portMappings: [{ containerPort: 80, hostPort: 8080, protocol: "UDP" }] },
      ],
    },
    "clusters[0].apiServerPort: port 8080 of this machine is already used by clusters[0].portMappings[0].hostPort (choose another port)",
    "clusters[1].apiServerPort: port 8080 of this machine is already used by clusters[0].portMappings[0].hostPort (choose another port)",
    "clusters[2].apiServerPort: port 8080 of this machine is already used by clusters[1].apiServerPort (choose another port)",
  ],
  [
    "a cluster that exists",
    { clusters: [{ name: "west", kubeconfig: "west.yaml", apiServerPort: 6443, nodeLabels: {} }] },
    'clusters[0].apiServerPort: apiServerPort applies to clusters that the package creates, and "west" has a kubeconfig: it exists (leave out apiServerPort, or kubeconfig)',
    'clusters[0].nodeLabels: nodeLabels applies to clusters that the package creates, and "west" has a kubeconfig: it exists (leave out nodeLabels, or kubeconfig)',
  ],
]);
