import { type Artifact, oneProgram } from "../artifact.ts";

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
export const etcd = oneProgram("etcd", "v3.6.5");

/** The DNS server of the clusters. */
export const coredns = oneProgram("coredns", "v1.13.2");

/** The part of Kubernetes' own test image that verification uses. */
export const agnhost = oneProgram("agnhost", version);

/** The container that holds a pod's network namespace open. */
export const pause = oneProgram("pause", "3.10.1");
