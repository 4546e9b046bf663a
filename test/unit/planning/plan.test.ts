import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ClusterPlan, KindClusterPlan, Plan } from "../../../planning/plan-types.ts";
import { TopologyError } from "../../../planning/topology/problem.ts";
import type { Topology } from "../../../planning/topology.ts";

const selectors = {
  gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
  remoteDiscovery: undefined,
  federated: undefined,
};

const identity =
  "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local";

function planned(topology: Topology, sources = {}): Plan {
  return planOrThrow(topology, { name: "lab", sources });
}

function cluster(plan: Plan, name: string): ClusterPlan {
  const found = plan.clusters.find((candidate) => candidate.name === name);
  assert.ok(found);
  return found;
}

function kindCluster(spec: Omit<Topology["clusters"][number], "name">, sources = {}) {
  const found = cluster(planned({ clusters: [{ name: "west", ...spec }] }, sources), "west");
  assert.equal(found.type, "kind");
  return found satisfies KindClusterPlan;
}

describe("the plan of two clusters with gateway Links", () => {
  const plan = planned({
    clusters: [{ name: "west" }, { name: "east" }],
    links: [{ between: ["west", "east"] }],
  });

  it("names everything after the topology", () => {
    assert.equal(plan.name, "lab");
    assert.equal(plan.network.name, "linkerd-topology-lab");
    assert.deepEqual(
      plan.clusters.map(({ name, network, apiServer }) => ({ name, network, apiServer })),
      [
        { name: "west", network: "west", apiServer: "https://lab-west-control-plane:6443" },
        { name: "east", network: "east", apiServer: "https://lab-east-control-plane:6443" },
      ],
    );
  });

  it("has a Link each way, through the target's gateway", () => {
    assert.deepEqual(plan.links, [
      {
        source: "west",
        target: "east",
        name: "east",
        mode: "gateway",
        gateway: {
          serviceType: "NodePort",
          addresses: ["lab-east-control-plane"],
          port: 30_143,
          probePort: 30_191,
          loadBalancerIP: undefined,
          identity,
        },
        headless: true,
        selectors,
        excludedLabels: [],
        excludedAnnotations: [],
        accessAccount: "linkerd-access-from-west",
        access: { tokenGeneration: 1, revoked: false },
      },
      {
        source: "east",
        target: "west",
        name: "west",
        mode: "gateway",
        gateway: {
          serviceType: "NodePort",
          addresses: ["lab-west-control-plane"],
          port: 30_143,
          probePort: 30_191,
          loadBalancerIP: undefined,
          identity,
        },
        headless: true,
        selectors,
        excludedLabels: [],
        excludedAnnotations: [],
        accessAccount: "linkerd-access-from-east",
        access: { tokenGeneration: 1, revoked: false },
      },
    ]);
  });

  it("has defaults for Linkerd and its certificates", () => {
    assert.deepEqual(plan.linkerd, {
      version: "edge-26.6.3",
      chosenBy: "default",
      chartVersion: "2026.6.3",
      namespace: "linkerd",
      multiclusterNamespace: "linkerd-multicluster",
      highAvailability: false,
      restart: [],
      values: { crds: {}, controlPlane: {}, multicluster: {}, viz: {} },
    });
    assert.deepEqual(plan.trust, {
      domain: "cluster.local",
      anchors: [{ type: "made", generation: 1 }],
      staged: false,
      restart: [],
      anchorLifetimeHours: 87_600,
      issuerLifetimeHours: 8760,
      anchorEarlyRenewalHours: 720,
      issuerEarlyRenewalHours: 720,
    });
  });
});

describe("a cluster of kind", () => {
  it("keeps its addresses and its generation from release to release", () => {
    // A change of these values would recreate every cluster of every user.
    const { podSubnet, serviceSubnet, generation } = kindCluster({});
    assert.deepEqual(
      { podSubnet, serviceSubnet, generation },
      { podSubnet: "10.22.72.0/21", serviceSubnet: "10.150.72.0/21", generation: "845a01ae" },
    );
  });

  it("has its nodes under the names that kind gives them", () => {
    const { nodes, apiServer } = kindCluster({ nodes: { controlPlanes: 3, workers: 2 } });
    assert.deepEqual(nodes, [
      { name: "lab-west-control-plane", role: "control-plane" },
      { name: "lab-west-control-plane2", role: "control-plane" },
      { name: "lab-west-control-plane3", role: "control-plane" },
      { name: "lab-west-worker", role: "worker" },
      { name: "lab-west-worker2", role: "worker" },
    ]);
    assert.equal(apiServer, "https://lab-west-external-load-balancer:6443");
  });

  it("is another generation exactly when it has to be recreated", () => {
    const base = kindCluster({}).generation;
    const recreated = [
      { kubernetesVersion: "v1.34.2" },
      { nodeImage: "kindest/node:v1.34.2" },
      { nodes: { workers: 1 } },
      { podSubnet: "10.20.0.0/16" },
      { serviceSubnet: "10.150.0.0/24" },
      { slot: 1000 },
      { portMappings: [{ containerPort: 80, hostPort: 80 }] },
      { containerdConfigPatches: ["[debug]"] },
      { registryMirrors: { "docker.io": ["http://registry:5000"] } },
      { nodeLabels: { "0": { team: "a" } } },
      { extraMounts: [{ hostPath: "/srv", containerPath: "/data" }] },
      { kubeadmConfigPatches: ["kind: KubeletConfiguration"] },
      { featureGates: { AllAlpha: true } },
      { runtimeConfig: { "api/alpha": true } },
      { apiServerAddress: "0.0.0.0" },
      { apiServerPort: 6443 },
    ].map((spec) => kindCluster(spec).generation);
    assert.equal(new Set([base, ...recreated]).size, recreated.length + 1);

    const inPlace = [
      { network: "lab" },
      { imageArchives: ["app.tar"] },
      { gateway: { nodePort: 31_000 } },
      { nodes: { controlPlanes: 1 } },
      { portMappings: [], containerdConfigPatches: [], registryMirrors: {} },
      { nodeLabels: {}, extraMounts: [], kubeadmConfigPatches: [] },
      { featureGates: {}, runtimeConfig: {}, apiServerAddress: "127.0.0.1" },
    ].map((spec) => kindCluster(spec).generation);
    assert.deepEqual(new Set(inPlace), new Set([base]));
  });

  it("is the same in whatever order its ports and mirrors were written", () => {
    const ports = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 53, hostPort: 8053, protocol: "UDP" as const },
    ];
    const mirrors = { "docker.io": ["http://a:1"], "quay.io": ["http://b:1"] };
    const backwards = Object.fromEntries(Object.entries(mirrors).reverse());
    assert.equal(
      kindCluster({ portMappings: ports, registryMirrors: mirrors }).generation,
      kindCluster({ portMappings: ports.toReversed(), registryMirrors: backwards }).generation,
    );
  });

  it("has kind's options, the same in whatever order they were written, and none where there are none", () => {
    const extraMounts = [
      { node: 0, hostPath: "/srv/b", containerPath: "/b" },
      { hostPath: "/srv/c", containerPath: "/c" },
      { hostPath: "/srv/a", containerPath: "/a" },
    ];
    const { options, generation } = kindCluster({
      extraMounts,
      apiServerPort: 6443,
      nodeLabels: {},
    });
    assert.deepEqual(options, {
      extraMounts: [extraMounts[2], extraMounts[1], extraMounts[0]],
      apiServerPort: 6443,
    });
    assert.equal(
      kindCluster({ apiServerPort: 6443, extraMounts: extraMounts.toReversed() }).generation,
      generation,
    );
    assert.ok(!("options" in kindCluster({ nodeLabels: {} })));
  });

  it("takes TOML with a line break at its end, as YAML's blocks have it", () => {
    const containerdConfigPatches = ["[debug]\n  level = 'debug'\n"];
    const { containerdConfigPatches: patches } = kindCluster({ containerdConfigPatches });
    assert.deepEqual(patches, containerdConfigPatches);
  });

  it("takes node image and archives from the sources, unless it has its own", () => {
    const sources = { nodeImage: "local/node:1", archives: ["proxy.tar"] };
    const { nodeImage, imageArchives } = kindCluster({ imageArchives: ["app.tar"] }, sources);
    assert.deepEqual(
      { nodeImage, imageArchives },
      {
        nodeImage: "local/node:1",
        imageArchives: ["proxy.tar", "app.tar"],
      },
    );
    assert.equal(kindCluster({ nodeImage: "own:1" }, sources).nodeImage, "own:1");
  });
});

describe("a topology", () => {
  it("may say the same thing twice by reference, as YAML's aliases do", () => {
    const nodes = { workers: 1 };
    const clusters = [
      { name: "a", nodes },
      { name: "b", nodes },
    ];
    assert.equal(planned({ clusters }).clusters.length, 2);
  });
});

describe("Links", () => {
  const clusters = [
    { name: "a", network: "lab-1" },
    { name: "b", network: "lab-1" },
    { name: "c" },
  ];
  const modes = (links: Topology["links"] & object) =>
    planned({ clusters, links }).links.map(({ source, target, mode, headless }) =>
      [source, target, mode, headless ? "headless" : ""].join(" ").trim(),
    );

  it("are expanded from each form and sorted by the clusters' order", () => {
    assert.deepEqual(
      modes([
        { from: ["c", "b"], to: "a" },
        { from: "a", to: ["c", "b"] },
      ]),
      ["a b mixed headless", "a c gateway headless", "b a mixed headless", "c a gateway headless"],
    );
    assert.deepEqual(modes([{ between: ["c", "a"], headless: false }]), [
      "a c gateway",
      "c a gateway",
    ]);
  });

  it("have the mode that was asked for", () => {
    assert.deepEqual(
      modes([
        { between: ["a", "b"], mode: "flat" },
        { from: "a", to: "c" },
      ]),
      ["a b flat", "a c gateway headless", "b a flat"],
    );
    assert.deepEqual(modes([{ from: "a", to: "b", mode: "gateway" }]), ["a b gateway headless"]);
  });

  it("bring a gateway only where they lead through one", () => {
    const plan = planned({
      clusters,
      links: [
        { from: "a", to: "b", mode: "flat" },
        { from: "b", to: "c" },
      ],
    });
    assert.equal(cluster(plan, "b").gateway, undefined);
    assert.equal(plan.links[0]?.gateway, undefined);
    assert.deepEqual(cluster(plan, "c").gateway?.addresses, ["lab-c-control-plane"]);
    assert.deepEqual(cluster(plan, "b").sources, ["a"]);
    assert.deepEqual(cluster(plan, "b").targets, ["c"]);
  });

  it("lead to every node of the target, or to where its gateway is said to be", () => {
    const gatewayOf = (spec: object) =>
      cluster(
        planned({
          clusters: [{ name: "a" }, { name: "b", nodes: { workers: 1 }, ...spec }],
          links: [{ from: "a", to: "b" }],
        }),
        "b",
      ).gateway;
    assert.deepEqual(gatewayOf({}), {
      serviceType: "NodePort",
      addresses: ["lab-b-control-plane", "lab-b-worker"],
      port: 30_143,
      probePort: 30_191,
      loadBalancerIP: undefined,
      identity,
    });
    assert.deepEqual(gatewayOf({ gateway: { nodePort: 31_000, addresses: ["gw.test"] } }), {
      serviceType: "NodePort",
      addresses: ["gw.test"],
      port: 31_000,
      probePort: 30_191,
      loadBalancerIP: undefined,
      identity,
    });
    const balanced = { serviceType: "LoadBalancer", addresses: ["203.0.113.7"] };
    assert.deepEqual(gatewayOf({ gateway: balanced }), {
      ...balanced,
      port: 4143,
      probePort: 4191,
      loadBalancerIP: undefined,
      identity,
    });
  });

  it("lead to an ingress of one's own, by its identity", () => {
    const own = { namespace: "edge", selector: { app: "traefik" }, serviceAccount: "traefik" };
    const plan = planned({
      clusters: [{ name: "a" }, { name: "b", trust: { domain: "b.test" }, gateway: { own } }],
      links: [{ from: "a", to: "b" }],
    });
    const { gateway } = cluster(plan, "b");
    assert.deepEqual(gateway, {
      serviceType: "NodePort",
      addresses: ["lab-b-control-plane"],
      port: 30_143,
      probePort: 30_191,
      loadBalancerIP: undefined,
      identity: "traefik.edge.serviceaccount.identity.linkerd.b.test",
      own,
    });
    assert.deepEqual(plan.links[0]?.gateway, gateway);
  });

  it("lead to the port that something before the gateway listens at", () => {
    const plan = planned({
      clusters: [{ name: "a" }, { name: "b", gateway: { port: 443, addresses: ["gw.test"] } }],
      links: [{ from: "a", to: "b" }],
    });
    const { gateway } = plan.links[0] ?? {};
    assert.deepEqual([gateway?.port, gateway?.probePort], [443, 30_191]);
    assert.deepEqual(gateway?.exposed, { port: 30_143, probePort: 30_191 });
    const same = planned({
      clusters: [{ name: "a" }, { name: "b", gateway: { port: 30_143, probePort: 30_191 } }],
      links: [{ from: "a", to: "b" }],
    });
    assert.ok(!("exposed" in (same.links[0]?.gateway ?? {})));
  });

  it("between 64 clusters are 4,032", () => {
    const names = Array.from({ length: 64 }, (_, index) => `edge-${index + 1}`);
    const plan = planned({
      clusters: names.map((name) => ({ name })),
      links: [{ between: names }],
    });
    assert.equal(plan.links.length, 4032);
    assert.equal(new Set(plan.links.map((link) => `${link.source} ${link.target}`)).size, 4032);
  });

  it("may lead to names that end alike where no source sees both", () => {
    const links = [
      { from: "a", to: "north-b" },
      { from: "c", to: "b" },
    ];
    const plan = planned({ clusters: [...clusters, { name: "north-b" }], links });
    assert.equal(plan.links.length, 2);
  });
});

describe("a cluster that exists", () => {
  const staging = {
    name: "staging",
    kubeconfig: "staging.kubeconfig",
    context: "admin",
    apiServer: "https://203.0.113.7:6443",
    gateway: { addresses: ["203.0.113.7"] },
  };

  it("is planned from what is said about it", () => {
    const plan = planned({
      clusters: [{ name: "west" }, staging],
      links: [{ from: "west", to: "staging" }],
    });
    assert.deepEqual(cluster(plan, "staging"), {
      type: "existing",
      name: "staging",
      network: "staging",
      kubeconfig: "staging.kubeconfig",
      context: "admin",
      podSubnet: undefined,
      serviceSubnet: undefined,
      apiServer: "https://203.0.113.7:6443",
      gateway: {
        serviceType: "NodePort",
        addresses: ["203.0.113.7"],
        port: 30_143,
        probePort: 30_191,
        loadBalancerIP: undefined,
        identity,
      },
      targets: [],
      sources: ["west"],
      trustDomain: "cluster.local",
      clusterDomain: "cluster.local",
      issuer: { type: "made", signer: 1, rotation: undefined },
      linkerd: { version: "edge-26.6.3", chartVersion: "2026.6.3" },
    });
  });

  it("needs neither API server nor gateway as a source, and may overlap what it has no routes to", () => {
    const plan = planned({
      clusters: [
        { name: "west", podSubnet: "10.244.0.0/16" },
        { name: "one", kubeconfig: "one", podSubnet: "10.244.0.0/16" },
        { name: "two", kubeconfig: "two", podSubnet: "192.168.0.0/16" },
      ],
      links: [{ from: ["one", "two"], to: "west" }],
    });
    assert.equal(plan.links.length, 2);
  });
});

describe("clusters that exist on one network", () => {
  it("may have the same Service subnet, which each translates within itself", () => {
    const clusters = ["one", "two"].map((name, index) => ({
      name,
      network: "office",
      kubeconfig: name,
      apiServer: `https://${name}.test`,
      podSubnet: `10.20${index}.0.0/16`,
      serviceSubnet: "10.96.0.0/16",
    }));
    const plan = planned({ clusters, links: [{ between: ["one", "two"], mode: "flat" }] });
    assert.deepEqual(
      plan.links.map((link) => link.mode),
      ["flat", "flat"],
    );
  });
});

describe("lifetimes", () => {
  const lifetimes = (trust: Topology["trust"] & object) => {
    const { domain, anchors, staged, restart, ...rest } = planned({
      clusters: [{ name: "west" }],
      trust,
    }).trust;
    assert.deepEqual([domain, anchors.length, staged, restart], ["cluster.local", 1, false, []]);
    return rest;
  };

  it("have defaults that give way to shorter ones", () => {
    assert.deepEqual(lifetimes({ anchorLifetimeHours: 48 }), {
      anchorLifetimeHours: 48,
      issuerLifetimeHours: 48,
      anchorEarlyRenewalHours: 16,
      issuerEarlyRenewalHours: 16,
    });
    assert.equal(lifetimes({ issuerLifetimeHours: 1 }).issuerEarlyRenewalHours, 0);
  });
});

describe("linkerd", () => {
  it("gets its values as they were written, and its charts' version from the release", () => {
    const values = {
      controlPlane: { clusterNetworks: "203.0.113.0/24,10.0.0.0/8", proxy: { logLevel: null } },
    };
    const plan = planned({
      clusters: [{ name: "west", podSubnet: "203.0.113.0/24" }],
      linkerd: { version: "edge-25.10.7", values },
    });
    assert.equal(plan.linkerd.chartVersion, "2025.10.7");
    assert.deepEqual(plan.linkerd.values, { crds: {}, ...values, multicluster: {}, viz: {} });
  });

  it("is the edge release that a stable number stands for", () => {
    const plan = planned({ clusters: [{ name: "west" }], linkerd: { version: "2.20" } });
    assert.equal(plan.linkerd.version, "edge-26.6.3");
    assert.equal(plan.linkerd.chartVersion, "2026.6.3");
  });
});

describe("the oldest releases", () => {
  it("of Linkerd and Kubernetes that go together have plans", () => {
    for (const [version, kubernetesVersion] of [
      ["edge-25.4.4", "v1.23.0"],
      ["edge-26.4.9", "v1.23.0"],
      ["edge-26.5.1", "v1.31.0"],
    ] as const) {
      const plan = planned({
        clusters: [{ name: "west", kubernetesVersion }],
        linkerd: { version },
      });
      assert.equal(plan.linkerd.version, version);
    }
  });
});

describe("planOrThrow", () => {
  it("throws an error that lists every problem, and no stack frames", () => {
    const attempt = () => planOrThrow({ clusters: [{ name: 1 }], links: 2 }, { name: "Lab" });
    assert.throws(attempt, (error) => {
      assert.ok(error instanceof TopologyError);
      assert.deepEqual(
        error.problems.map((problem) => problem.path),
        ["name", "clusters[0].name", "links"],
      );
      const [first, ...lines] = error.message.split("\n");
      assert.equal(first, "the topology can't be planned, 3 problems:");
      assert.equal(lines.length, 3);
      assert.equal(error.stack, `TopologyError: ${error.message}`);
      return true;
    });
  });

  it("tells of a stack's name that can't stand in for the topology's", () => {
    assert.throws(() => planOrThrow({ clusters: [{ name: "west" }] }, { name: "My_Org/Dev" }), {
      message:
        "the topology can't be planned, 1 problem:\n" +
        "  name: is missing, and the stack's name, \"My_Org/Dev\", can't replace it: it is not " +
        'a DNS-1123 label of at most 46 characters (write a name such as "my-org-dev")',
    });
  });
});
