import { stringify } from "yaml";
import type { ClusterInputs } from "./cluster-inputs.ts";
import type { NodeProfile } from "./node-profile.ts";
import { stampPath } from "./ownership.ts";

/** Makes containerd read /etc/containerd/certs.d, which is off by default up to containerd 2. */
const registryDirectoryPatch = [
  '[plugins."io.containerd.grpc.v1.cri".registry]',
  '  config_path = "/etc/containerd/certs.d"',
  "",
].join("\n");

/**
 * kind's configuration as YAML.
 *
 * @param profile what the node image needs beyond kind's own images; those have no profile and add nothing
 */
export function kindConfig(inputs: ClusterInputs, profile: NodeProfile | undefined): string {
  const { clusterDomain, options = {} } = inputs;
  const kubeadmConfigPatches = [
    ...(profile?.kubeadmConfigPatches ?? []),
    // kind has no option for it. kubeadm passes it on to kubelets, CoreDNS and the API server's certificate.
    ...(clusterDomain === undefined
      ? []
      : [stringify({ kind: "ClusterConfiguration", networking: { dnsDomain: clusterDomain } })]),
    ...(options.kubeadmConfigPatches ?? []),
  ];
  const containerdConfigPatches = [
    ...(profile?.containerdConfigPatches ?? []),
    ...(Object.keys(inputs.registryMirrors).length > 0 ? [registryDirectoryPatch] : []),
    ...inputs.containerdConfigPatches,
  ];
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: {
      ipFamily: "ipv4",
      podSubnet: inputs.podSubnet,
      serviceSubnet: inputs.serviceSubnet,
      ...(profile?.disableDefaultCNI === true && { disableDefaultCNI: true }),
      ...(options.apiServerAddress !== undefined && { apiServerAddress: options.apiServerAddress }),
      ...(options.apiServerPort !== undefined && { apiServerPort: options.apiServerPort }),
    },
    ...(options.featureGates && { featureGates: options.featureGates }),
    // kind requires strings.
    ...(options.runtimeConfig && { runtimeConfig: texts(options.runtimeConfig) }),
    ...(kubeadmConfigPatches.length > 0 && { kubeadmConfigPatches }),
    ...(containerdConfigPatches.length > 0 && { containerdConfigPatches }),
    nodes: Array.from({ length: inputs.controlPlanes + inputs.workers }, (_, index) =>
      node(inputs, index),
    ),
  });
}

function texts(flags: Readonly<Record<string, boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(flags).map(([key, value]) => [key, String(value)]));
}

function node(inputs: ClusterInputs, index: number) {
  const image = nodeImage(inputs);
  const { nodeLabels = {}, extraMounts = [] } = inputs.options ?? {};
  const labels = { ...nodeLabels["*"], ...nodeLabels[String(index)] };
  const extraPortMappings = inputs.extraPortMappings
    .filter((mapping) => mapping.node === index)
    .map(({ containerPort, hostPort, listenAddress, protocol }) => ({
      containerPort,
      hostPort,
      listenAddress,
      protocol,
    }));
  return {
    role: index < inputs.controlPlanes ? "control-plane" : "worker",
    ...(image !== undefined && { image }),
    ...(extraPortMappings.length > 0 && { extraPortMappings }),
    ...(Object.keys(labels).length > 0 && { labels }),
    extraMounts: [
      { hostPath: "/dev/null", containerPath: stampPath(inputs), readOnly: true },
      ...extraMounts.flatMap(({ node = index, ...mount }) => (node === index ? [mount] : [])),
    ],
  };
}

/** The image of the nodes. Undefined: kind chooses the one that its release was tested with. */
export function nodeImage(inputs: ClusterInputs): string | undefined {
  if (inputs.nodeImage !== undefined) return inputs.nodeImage;
  return inputs.kubernetesVersion === undefined
    ? undefined
    : `kindest/node:${inputs.kubernetesVersion}`;
}
