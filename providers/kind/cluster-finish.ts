import type { Context, PropertyMap } from "../server/index.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { type Access, apiAnswers, clusterOutputs } from "./cluster-state.ts";
import type { Container } from "./container.ts";
import { setDnsTtl } from "./coredns.ts";
import { keepFixedAddress } from "./fixed-address.ts";
import { importArchives } from "./image-import.ts";
import { removeKubeconfig, repairKubeconfig } from "./kubeconfig-file.ts";
import { writeMarker } from "./marker.ts";
import { keepUnclaimed } from "./unclaimed-addresses.ts";

/**
 * Updates a running cluster to its inputs, as far as that works without recreating it, and records them in
 * its marker.
 *
 * @param made the inputs of the cluster so far; what hasn't changed since isn't done again
 * @throws Error if the cluster doesn't have the requested Kubernetes version
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
  // Every time, because a cluster of an earlier version of this package doesn't have it yet.
  const [address] = await Promise.all([
    keepFixedAddress(inputs, containers, made, context),
    keepUnclaimed(containers, inputs, signal),
  ]);
  if (address.containers !== containers) await apiAnswers(access.api, signal);
  if (made.dnsTtlSeconds !== inputs.dnsTtlSeconds) {
    context.status("changing the TTL of CoreDNS's answers");
    await setDnsTtl(access.api, inputs.dnsTtlSeconds, { fresh: false, signal });
  }
  const { outputs, kubeconfig, kubernetesVersion, nodeImage } = await clusterOutputs(
    inputs,
    address.containers,
    access,
  );
  if (!address.kept) delete outputs.fixedAddress;
  const wanted = inputs.kubernetesVersion;
  if (wanted !== undefined && wanted !== kubernetesVersion) {
    throw new Error(
      `kubernetesVersion: ${wanted} was requested, but the node image ${nodeImage} ` +
        `holds ${kubernetesVersion}. Leave one of them out, or make them agree.`,
    );
  }
  await repairKubeconfig(inputs.kubeconfigPath, kubeconfig);
  if (made.kubeconfigPath !== inputs.kubeconfigPath) await removeKubeconfig(made.kubeconfigPath);
  // Each control plane alone has all data of the cluster.
  const planes = containers.filter(({ role }) => role === "control-plane");
  await Promise.all(planes.map(({ name }) => writeMarker(name, { inputs }, signal)));
  return outputs;
}
