/** Docker label with the profile of a node image. */
export const nodeProfileLabel = "dev.linkerd-topology.node-profile";

/** What a node image needs in a cluster's configuration in addition to kind's published images. */
export interface NodeProfile {
  readonly disableDefaultCNI: boolean;
  readonly kubeadmConfigPatches: readonly string[];
  readonly containerdConfigPatches: readonly string[];
}

/** Repository and tags of a node image's component images. */
export interface ComponentTags {
  /** A name that no registry has, so that no image is ever pulled in their place. */
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
        // kubeadm's default version cannot be built against this Kubernetes' client.
        "dns:",
        `  imageTag: ${tags.coredns}`,
        "etcd:",
        "  local:",
        `    imageTag: ${tags.etcd}`,
        "",
      ].join("\n"),
      // Matches SystemdCgroup = false in the image's containerd configuration.
      ["kind: KubeletConfiguration", "cgroupDriver: cgroupfs", ""].join("\n"),
    ],
    containerdConfigPatches: [],
  };
}
