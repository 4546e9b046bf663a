import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import type { ClusterInputs } from "../../../providers/kind/cluster-inputs.ts";
import { kindConfig } from "../../../providers/kind/kind-config.ts";
import { parseNodeProfile } from "../../../providers/kind/node-profile.ts";

const inputs: ClusterInputs = {
  name: "lab-west",
  network: "lab",
  generation: "g1",
  owner: "project/dev",
  controlPlanes: 1,
  workers: 1,
  podSubnet: "10.20.0.0/21",
  serviceSubnet: "10.30.0.0/21",
  extraPortMappings: [
    { node: 1, containerPort: 80, hostPort: 8080, listenAddress: "127.0.0.1", protocol: "TCP" },
  ],
  containerdConfigPatches: [],
  registryMirrors: {},
  imageArchives: [],
  imageArchiveDigests: [],
  dnsTtlSeconds: 5,
  kubeconfigPath: "/nowhere",
};

const profile = parseNodeProfile(
  "node:1",
  JSON.stringify({
    disableDefaultCNI: true,
    kubeadmConfigPatches: ["kind: ClusterConfiguration\nimageRepository: localhost/images\n"],
    containerdConfigPatches: ["debug = true\n"],
  }),
);

const stamp = {
  hostPath: "/dev/null",
  containerPath: "/kind/linkerd-topology/project%2Fdev/g1",
  readOnly: true,
};

describe("kindConfig", () => {
  it("has nothing in it for kind's published images but what was asked for", () => {
    assert.deepEqual(parse(kindConfig({ ...inputs, kubernetesVersion: "v1.34.2" }, undefined)), {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      networking: {
        ipFamily: "ipv4",
        podSubnet: "10.20.0.0/21",
        serviceSubnet: "10.30.0.0/21",
      },
      nodes: [
        { role: "control-plane", image: "kindest/node:v1.34.2", extraMounts: [stamp] },
        {
          role: "worker",
          image: "kindest/node:v1.34.2",
          extraPortMappings: [
            { containerPort: 80, hostPort: 8080, listenAddress: "127.0.0.1", protocol: "TCP" },
          ],
          extraMounts: [stamp],
        },
      ],
    });
  });

  it("has the profile of an image that brings one, and nothing else more", () => {
    const plain = parse(kindConfig({ ...inputs, nodeImage: "node:1" }, undefined)) as {
      networking: object;
    };
    assert.deepEqual(parse(kindConfig({ ...inputs, nodeImage: "node:1" }, profile)), {
      ...plain,
      networking: { ...plain.networking, disableDefaultCNI: true },
      kubeadmConfigPatches: ["kind: ClusterConfiguration\nimageRepository: localhost/images\n"],
      containerdConfigPatches: ["debug = true\n"],
    });
  });

  it("leaves the choice of image to kind where neither image nor version is given", () => {
    const { nodes } = parse(kindConfig(inputs, undefined)) as { nodes: object[] };
    assert.deepEqual(nodes[0], { role: "control-plane", extraMounts: [stamp] });
  });

  it("turns on containerd's registry directory where there are mirrors, with either image", () => {
    const withMirrors = { ...inputs, registryMirrors: { "docker.io": ["http://mirror"] } };
    for (const each of [undefined, profile]) {
      const { containerdConfigPatches } = parse(kindConfig(withMirrors, each)) as {
        containerdConfigPatches: string[];
      };
      assert.match(
        containerdConfigPatches.at(-1) ?? "",
        /config_path = "\/etc\/containerd\/certs\.d"/,
      );
    }
  });

  it("rejects a profile that it does not understand", () => {
    for (const [label, message] of [
      ["{", /is not valid JSON/],
      ["[]", /not a JSON object/],
      ['{"networking":{}}', /"networking", which is unknown/],
      ['{"disableDefaultCNI":"yes"}', /wrong value at disableDefaultCNI/],
    ] as const) {
      assert.throws(() => parseNodeProfile("node:1", label), message);
    }
  });

  it("gives kubeadm the domain of the Services, after what the node image needs", () => {
    const config = parse(kindConfig({ ...inputs, clusterDomain: "west.example" }, profile)) as {
      kubeadmConfigPatches: string[];
    };
    assert.deepEqual(
      config.kubeadmConfigPatches.map((patch) => parse(patch) as unknown),
      [
        { kind: "ClusterConfiguration", imageRepository: "localhost/images" },
        { kind: "ClusterConfiguration", networking: { dnsDomain: "west.example" } },
      ],
    );
  });

  it("has the options where kind reads them, each node its own labels and mounts", () => {
    const own = {
      hostPath: "/srv/b",
      containerPath: "/b",
      readOnly: true,
      propagation: "HostToContainer" as const,
      selinuxRelabel: true,
    };
    const options = {
      nodeLabels: { "*": { team: "a", tier: "x" }, "1": { tier: "y" } },
      extraMounts: [
        { hostPath: "/srv/a", containerPath: "/a" },
        { node: 1, ...own },
      ],
      kubeadmConfigPatches: ["kind: KubeletConfiguration\nmaxPods: 50\n"],
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": true },
      apiServerAddress: "0.0.0.0",
      apiServerPort: 6443,
    };
    const plain = parse(kindConfig(inputs, profile)) as {
      networking: object;
      kubeadmConfigPatches: string[];
      nodes: { role: string }[];
    };
    const config = parse(kindConfig({ ...inputs, options }, profile)) as typeof plain;
    const everywhere = { hostPath: "/srv/a", containerPath: "/a" };
    assert.deepEqual(config, {
      ...plain,
      networking: { ...plain.networking, apiServerAddress: "0.0.0.0", apiServerPort: 6443 },
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": "true" },
      kubeadmConfigPatches: [...plain.kubeadmConfigPatches, ...options.kubeadmConfigPatches],
      nodes: [
        {
          ...plain.nodes[0],
          labels: { team: "a", tier: "x" },
          extraMounts: [stamp, everywhere],
        },
        {
          ...plain.nodes[1],
          labels: { team: "a", tier: "y" },
          extraMounts: [stamp, everywhere, own],
        },
      ],
    });
  });
});
