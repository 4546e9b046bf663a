/** Docker label under which a node image carries its profile. */
export const nodeProfileLabel = "dev.linkerd-topology.node-profile";

/** What a node image needs of a cluster's configuration beyond what kind's published images need. */
export interface NodeProfile {
  readonly disableDefaultCNI: boolean;
  readonly kubeadmConfigPatches: readonly string[];
  readonly containerdConfigPatches: readonly string[];
}

/** Where a node image's component images are found under, and which of them. */
export interface ComponentTags {
  /** Name that no registry has, so that nothing is ever pulled in their place. */
  readonly repository: string;
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
}

/** The profile of the image that is built here. */
export function nodeProfile(tags: ComponentTags): NodeProfile {
  return {
    // The image's containerd writes the CNI configuration itself when it learns the node's subnet.
    disableDefaultCNI: true,
    kubeadmConfigPatches: [
      [
        "kind: ClusterConfiguration",
        `imageRepository: ${tags.repository}`,
        // kubeadm's own default is a version that can't be built against this Kubernetes' client.
        "dns:",
        `  imageTag: ${tags.coredns}`,
        "etcd:",
        "  local:",
        `    imageTag: ${tags.etcd}`,
        "",
      ].join("\n"),
      // Goes with SystemdCgroup = false in the image's containerd configuration.
      ["kind: KubeletConfiguration", "cgroupDriver: cgroupfs", ""].join("\n"),
    ],
    containerdConfigPatches: [],
  };
}
