import type { Context, PropertyMap } from "../server/index.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { clusterOutputs } from "./cluster-state.ts";
import type { Access } from "./cluster-state.ts";
import type { Container } from "./container.ts";
import { setDnsTtl } from "./coredns.ts";
import { keepFixedAddress } from "./fixed-address.ts";
import { refuseGonePods } from "./gone-pods.ts";
import { importArchives } from "./image-import.ts";
import { removeKubeconfig, repairKubeconfig } from "./kubeconfig-file.ts";
import { writeMarker } from "./marker.ts";

/**
 * Brings a running cluster to its inputs, as far as that goes without recreating it, and notes in it
 * what it was brought to.
 *
 * @param made inputs that it is at; what has not changed since is not done again
 * @throws Error where the cluster does not have the Kubernetes version that was asked for
 */
export async function finishCluster(
  inputs: ClusterInputs,
  containers: readonly Container[],
  access: Access,
  context: Context,
  made: ClusterInputs,
): Promise<PropertyMap> {
  const { signal } = context;
  const missing = inputs.imageArchives.filter(
    (_, index) => !made.imageArchiveDigests.includes(inputs.imageArchiveDigests[index] ?? ""),
  );
  if (missing.length > 0) {
    context.status("loading images into the nodes");
    await importArchives(containers, missing, signal);
  }
  // Every time: a cluster of an earlier version of this package does not have it yet.
  await Promise.all([
    refuseGonePods(containers, inputs.podSubnet, signal),
    keepFixedAddress(inputs, containers, made, signal),
  ]);
  if (made.dnsTtlSeconds !== inputs.dnsTtlSeconds) {
    context.status("changing the TTL of CoreDNS's answers");
    await setDnsTtl(access.api, inputs.dnsTtlSeconds, { fresh: false, signal });
  }
  const { outputs, kubeconfig, kubernetesVersion, nodeImage } = await clusterOutputs(
    inputs,
    containers,
    access,
  );
  const wanted = inputs.kubernetesVersion;
  if (wanted !== undefined && wanted !== kubernetesVersion) {
    throw new Error(
      `kubernetesVersion: ${wanted} was requested, but the node image ${nodeImage} ` +
        `holds ${kubernetesVersion}. Leave one of them out, or make them agree.`,
    );
  }
  await repairKubeconfig(inputs.kubeconfigPath, kubeconfig);
  if (made.kubeconfigPath !== inputs.kubeconfigPath) await removeKubeconfig(made.kubeconfigPath);
  // Each control plane alone holds all of the cluster.
  const planes = containers.filter(({ role }) => role === "control-plane");
  await Promise.all(planes.map(({ name }) => writeMarker(name, { inputs }, signal)));
  return outputs;
}
