import type { Artifact } from "../artifact.ts";

const version = "v1.34.2";
const base = "k8s.io/component-base/version";
const client = "k8s.io/client-go/pkg/version";

/**
 * All Kubernetes programs of a node in one binary. kubeadm reads the version to install from these
 * variables.
 */
export const kubernetes: Artifact = {
  name: "kubernetes",
  version,
  programs: [
    {
      module: "kubernetes",
      binary: "kubernetes",
      variables: {
        [`${base}.gitVersion`]: version,
        [`${base}.gitMajor`]: "1",
        [`${base}.gitMinor`]: "34",
        [`${base}.gitTreeState`]: "clean",
        [`${client}.gitVersion`]: version,
        [`${client}.gitMajor`]: "1",
        [`${client}.gitMinor`]: "34",
      },
    },
  ],
};

/** The data store of Kubernetes. */
export const etcd: Artifact = {
  name: "etcd",
  version: "v3.6.5",
  programs: [{ module: "etcd", binary: "etcd" }],
};

/** The DNS server of the clusters. */
export const coredns: Artifact = {
  name: "coredns",
  version: "v1.13.2",
  programs: [{ module: "coredns", binary: "coredns" }],
};

/** The part of Kubernetes' own test image that verification uses. */
export const agnhost: Artifact = {
  name: "agnhost",
  version,
  programs: [{ module: "agnhost", binary: "agnhost" }],
};

/** The container that holds a pod's network namespace open. */
export const pause: Artifact = {
  name: "pause",
  version: "3.10.1",
  programs: [{ module: "pause", binary: "pause" }],
};
