import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

const cyclic: { name: string; network?: unknown } = { name: "west" };
cyclic.network = cyclic;

const deep: unknown = JSON.parse("[".repeat(100) + "]".repeat(100));

const clusterLabel =
  "a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most 32 characters, " +
  'so that mirror Services "<service>-<cluster>" of at most 63 leave 30 to the service';

const plainData = "write text, numbers, true or false, and lists and maps of them";

checkProblems("the shape of a topology", [
  [
    "nothing",
    undefined,
    "topology: is missing; it must be a topology (write a map with the key clusters)",
  ],
  ["null", null, "topology: null is not a topology (write a map with the key clusters)"],
  ["a list", [], "topology: an empty list is not a topology (write a map with the key clusters)"],
  ["text", "west", 'topology: "west" is not a topology (write a map with the key clusters)'],
  ["a function", () => 1, `topology: a function is not plain data (${plainData})`],
  [
    "no clusters",
    { clusters: [] },
    'clusters: an empty list is not a list of 1 to 128 clusters (write a list of clusters, such as "- name: west")',
  ],
  [
    "clusters left empty in YAML",
    { clusters: null },
    'clusters: null is not a list of 1 to 128 clusters (write a list of clusters, such as "- name: west")',
  ],
  [
    "names in place of clusters",
    { clusters: ["west"] },
    'clusters[0]: "west" is not a cluster (write a map with a name, such as "- name: west")',
  ],
  [
    "too many clusters",
    { clusters: Array.from({ length: 129 }, (_, i) => ({ name: `c-${i}` })) },
    'clusters: has 129 entries; it must be a list of 1 to 128 clusters (write a list of clusters, such as "- name: west")',
  ],
  [
    "a cluster without a name",
    { clusters: [{}] },
    `clusters[0].name: is missing; it must be ${clusterLabel} (write a name such as "east")`,
  ],
  [
    "unknown keys",
    { clusters: [{ name: "west", netwrok: "lab", zone: 1 }], link: [], __x: 1 },
    'clusters[0].netwrok: "netwrok" is not a key of a cluster (did you mean "network"?)',
    'clusters[0].zone: "zone" is not a key of a cluster (possible here: name, network, kubernetesVersion, nodeImage, nodes, podSubnet, serviceSubnet, slot, portMappings, containerdConfigPatches, registryMirrors, imageArchives, nodeLabels, extraMounts, kubeadmConfigPatches, featureGates, runtimeConfig, apiServerAddress, apiServerPort, kubeconfig, context, apiServer, gateway, loadBalancer, clusterDomain, linkerdVersion, trust)',
    '__x: "__x" is not a key of a topology (possible here: name, clusters, links, exports, traffic, access, docker, linkerd, trust, observability, adopt, protect)',
    'link: "link" is not a key of a topology (did you mean "links"?)',
  ],
  [
    "names that are no labels",
    {
      name: "My Lab",
      clusters: [
        { name: "East_1" },
        { name: "-a" },
        { name: "a.b" },
        { name: "" },
        { name: "x".repeat(33) },
      ],
    },
    'name: "My Lab" is not a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most 46 characters (write "my-lab")',
    `clusters[0].name: "East_1" is not ${clusterLabel} (write "east-1")`,
    `clusters[1].name: "-a" is not ${clusterLabel} (write "a")`,
    `clusters[2].name: "a.b" is not ${clusterLabel} (write "a-b")`,
    `clusters[3].name: "" is not ${clusterLabel} (write a name such as "east")`,
    `clusters[4].name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" has 33 characters; it must be ${clusterLabel} (write "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")`,
  ],
  [
    "YAML's numbers and booleans",
    { clusters: [{ name: 1 }, { name: true }] },
    `clusters[0].name: 1 is not ${clusterLabel} (write a name such as "east"; text that YAML takes for something else needs quotes: "1")`,
    `clusters[1].name: true is not ${clusterLabel} (write a name such as "east"; text that YAML takes for something else needs quotes: "true")`,
  ],
  [
    "a wrong network",
    kind({ network: "lab 2" }),
    'clusters[0].network: "lab 2" is not a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most 63 characters (write "lab-2")',
  ],
  [
    "a process outside of a cluster",
    kind({ externalWorkloads: [] }),
    'clusters[0].externalWorkloads: "externalWorkloads" is not a key of a cluster (leave it out: docs/external-workloads.md says what a process outside of a cluster can be)',
  ],
  [
    "nodes",
    kind({ nodes: { controlPlanes: 0, workers: 1.5, masters: 1 } }),
    "clusters[0].nodes.controlPlanes: 0 is not a number of control planes, 1 to 7 (write 1, or 3 for one that may fail)",
    'clusters[0].nodes.masters: "masters" is not a key of a number of nodes per role (possible here: controlPlanes, workers)',
    "clusters[0].nodes.workers: 1.5 is not a number of workers, 0 to 250 (write a number)",
  ],
  [
    "nodes as a number",
    kind({ nodes: 3 }),
    "clusters[0].nodes: 3 is not a number of nodes per role (write a map such as { controlPlanes: 1, workers: 3 })",
  ],
  [
    "huge numbers",
    kind({ nodes: { workers: 1e300 }, slot: 1e9 }),
    "clusters[0].nodes.workers: 1e+300 is not a number of workers, 0 to 250 (write a number)",
    "clusters[0].slot: 1000000000 is not a slot, 0 to 4095 (write a number, or leave it out)",
  ],
  [
    "NaN",
    kind({ slot: NaN }),
    `clusters[0].slot: NaN is outside the finite numbers (${plainData})`,
  ],
  [
    "port mappings",
    kind({
      portMappings: [
        { hostPort: 0, containerPort: 65536 },
        { hostPort: 80 },
        { containerPort: 80, hostPort: "80", protocol: "tcp" },
        7,
      ],
    }),
    "clusters[0].portMappings[0].containerPort: 65536 is not a port, 1 to 65535 (write a port number)",
    "clusters[0].portMappings[0].hostPort: 0 is not a port, 1 to 65535 (write a port number)",
    "clusters[0].portMappings[1].containerPort: is missing; it must be a port, 1 to 65535 (write a port number)",
    'clusters[0].portMappings[2].hostPort: "80" is not a port, 1 to 65535 (write a port number)',
    'clusters[0].portMappings[2].protocol: "tcp" is not TCP, UDP or SCTP (write TCP, UDP or SCTP)',
    "clusters[0].portMappings[3]: 7 is not a port mapping (write a map such as { containerPort: 30080, hostPort: 8080 })",
  ],
  [
    "versions and images",
    kind({ kubernetesVersion: "1.34", nodeImage: "a b" }),
    'clusters[0].kubernetesVersion: "1.34" is not a Kubernetes version (write a version such as v1.34.2, with the v and all three numbers)',
    'clusters[0].nodeImage: "a b" is not the name of a Docker image (write an image such as "kindest/node:v1.34.2")',
  ],
  [
    "empty texts",
    kind({ containerdConfigPatches: [""], imageArchives: [" "], kubeconfig: "" }),
    'clusters[0].containerdConfigPatches[0]: "" is not a TOML patch (write TOML text)',
    'clusters[0].imageArchives[0]: " " is not a path of an image archive (write a path such as ./images/app.tar)',
    'clusters[0].kubeconfig: "" is not the path of a kubeconfig file (write a path)',
  ],
  [
    "registry mirrors",
    kind({ registryMirrors: { "docker.io": "http://registry:5000" } }),
    'clusters[0].registryMirrors["docker.io"]: "http://registry:5000" is not a list of mirrors (write a list such as ["http://registry:5000"])',
  ],
  [
    "Links of wrong types",
    {
      clusters: pair,
      links: [
        { from: {}, to: ["east", 2] },
        { between: "west" },
        "west",
        { between: ["west", "east"], mode: "direct", headless: "yes" },
      ],
    },
    "links[0].from: a map is not a cluster's name, or a list of them (write a name, or a list such as [west, east])",
    'links[0].to[1]: 2 is not a cluster\'s name (write the name of a cluster; text that YAML takes for something else needs quotes: "2")',
    'links[1].between: "west" is not a list of clusters\' names (write a list such as [west, east])',
    'links[2]: "west" is not a Link (write a map such as "- between: [west, east]" or "- { from: west, to: east }")',
    'links[3].headless: "yes" is not true or false (write true or false)',
    'links[3].mode: "direct" is not gateway, flat or mixed (write gateway, flat or mixed)',
  ],
  [
    "gateways",
    kind({
      gateway: { serviceType: "ClusterIP", nodePort: 80, probeNodePort: 40000, addresses: "here" },
    }),
    'clusters[0].gateway.addresses: "here" is not a list of host names or IPv4 addresses (write a list such as [203.0.113.7])',
    "clusters[0].gateway.nodePort: 80 is not a node port, 30000 to 32767 (write a number such as 30143, or leave it out)",
    "clusters[0].gateway.probeNodePort: 40000 is not a node port, 30000 to 32767 (write a number such as 30191, or leave it out)",
    'clusters[0].gateway.serviceType: "ClusterIP" is not NodePort or LoadBalancer (write NodePort or LoadBalancer)',
  ],
  [
    "linkerd",
    {
      clusters: pair,
      linkerd: { version: 26, highAvailability: 1, values: { controlplane: {}, crds: [] } },
    },
    "linkerd.highAvailability: 1 is not true or false (write true or false)",
    'linkerd.values.controlplane: "controlplane" is not a key of a map of values per chart (did you mean "controlPlane"?)',
    "linkerd.values.crds: an empty list is not a map of a chart's values (write a map of values)",
    'linkerd.version: 26 is not a Linkerd release (write a release such as edge-26.6.3, or a stable number in quotes, such as "2.20"; text that YAML takes for something else needs quotes: "26")',
  ],
  [
    "a stable number of Linkerd without quotes, of which YAML takes the zero",
    { clusters: pair, linkerd: { version: 2.2 } },
    'linkerd.version: 2.2 is not a Linkerd release (write a release such as edge-26.6.3, or a stable number in quotes, such as "2.20")',
  ],
  [
    "trust",
    {
      clusters: pair,
      trust: {
        anchorLifetimeHours: 0,
        issuerLifetimeHours: 1.5,
        anchorEarlyRenewalHours: -1,
        issuerEarlyRenewalHours: 1e6,
      },
    },
    "trust.anchorEarlyRenewalHours: -1 is not a number of whole hours, 0 to 876000 (write a number of hours, such as 720)",
    "trust.anchorLifetimeHours: 0 is not a number of whole hours, 1 to 876000 (write a number of hours, such as 8760)",
    "trust.issuerEarlyRenewalHours: 1000000 is not a number of whole hours, 0 to 876000 (write a number of hours, such as 720)",
    "trust.issuerLifetimeHours: 1.5 is not a number of whole hours, 1 to 876000 (write a number of hours, such as 8760)",
  ],
  [
    "a Pulumi output",
    { clusters: [{ name: { __pulumiOutput: true } }] },
    `clusters[0].name: a Pulumi output can't be part of a topology, because the topology decides which resources exist (${plainData})`,
  ],
  ["a cycle", { clusters: [cyclic] }, `clusters[0].network: contains itself (${plainData})`],
  [
    "a class",
    { clusters: [{ name: "west", network: new Date(0) }] },
    `clusters[0].network: an object of a class is not plain data (${plainData})`,
  ],
  [
    "a getter that throws",
    {
      clusters: pair,
      get links() {
        throw new Error("no");
      },
    },
    `topology: can't be read: it throws (${plainData})`,
  ],
  [
    "a symbol and a bigint",
    { clusters: [{ name: Symbol("x") }, { name: "a", slot: 1n }] },
    `clusters[0].name: a symbol is not plain data (${plainData})`,
    `clusters[1].slot: a bigint is not plain data (${plainData})`,
  ],
  [
    "deep nesting",
    { clusters: pair, linkerd: { values: { crds: { deep } } } },
    `linkerd.values.crds.deep[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: is nested too deeply (no topology is: leave it out)`,
  ],
  [
    "an endless list",
    { clusters: pair, links: new Array(4e9) },
    `links: has 4000000000 entries (${plainData})`,
  ],
  [
    "a key called __proto__",
    JSON.parse('{"clusters":[{"name":"west","__proto__":{"network":"lab"}}]}'),
    `clusters[0].__proto__: is not a possible key (leave it out)`,
  ],
]);
