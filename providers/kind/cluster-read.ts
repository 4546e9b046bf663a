import type { Context, PropertyMap, ReadRequest, ReadResult } from "../server/index.ts";
import { findContainers } from "./containers.ts";
import type { Container } from "./container.ts";
import { type ClusterInputs, toClusterInputs } from "./cluster-inputs.ts";
import { apiAnswers, clusterOutputs, openCluster } from "./cluster-state.ts";
import { timeLimits } from "./constants.ts";
import { readDnsTtl } from "./coredns.ts";
import { repairKubeconfig } from "./kubeconfig-file.ts";
import { hasFixedAddress } from "./fixed-address.ts";
import { byFormerAddress, formerAddresses, misplacedPlanes } from "./former-addresses.ts";
import { readMarker } from "./marker.ts";
import { findDockerNetwork } from "./docker-network.ts";
import { judge } from "./ownership.ts";
import { mayBeOff, networkGone, rejoin } from "./rejoin.ts";
import { refuseRuin } from "./ruin.ts";
import { startContainers } from "./start-containers.ts";

/**
 * The cluster's current state. A cluster that is only stopped isn't gone: this starts it and waits for its
 * API. Otherwise the engine would drop everything in the cluster from the state, and find it again at the
 * next update.
 */
export async function readCluster(
  request: ReadRequest,
  context: Context,
): Promise<ReadResult | undefined> {
  const { signal } = context;
  const found = await findContainers(request.id, [], signal);
  if (found.length === 0) return undefined;
  let nodes: readonly Container[] = found;
  const isImport = Object.keys(request.inputs).length === 0;
  if (!isImport) {
    const inputs = toClusterInputs(request.inputs);
    const { is } = judge(found, inputs);
    if (is !== "same" && is !== "adrift") return undefined;
    refuseRuin(inputs, found);
    nodes = await onTheirNetwork(inputs, found, context);
  } else if (found[0]?.stamp === undefined) {
    throw new Error(
      `the kind cluster ${JSON.stringify(request.id)} was not created by this provider and can't be imported`,
    );
  }
  const containers = await startInPlace(request, nodes, context);
  const inputs = isImport
    ? await importedInputs(request.id, containers[0]?.name ?? "", signal)
    : toClusterInputs(request.inputs);
  const access = await openCluster(containers, timeLimits.apiServerAnswers, signal);
  await apiAnswers(access.api, signal);
  const [{ outputs, kubeconfig }, dnsTtlSeconds = inputs.dnsTtlSeconds] = await Promise.all([
    clusterOutputs(inputs, containers, access),
    readDnsTtl(access.api),
  ]);
  if ((await repairKubeconfig(inputs.kubeconfigPath, kubeconfig)) === "repaired") {
    context.log("info", `wrote ${inputs.kubeconfigPath} again`);
  }
  const { fixedAddress } = inputs;
  const kept =
    fixedAddress === undefined || (await hasFixedAddress(fixedAddress, inputs, containers, signal));
  const seen = (properties: PropertyMap): PropertyMap => {
    const all: PropertyMap = { ...properties, dnsTtlSeconds };
    if (!kept) delete all.fixedAddress;
    return all;
  };
  return { id: request.id, inputs: seen(inputs), outputs: seen(outputs) };
}

/**
 * Starts what is stopped, so that Docker gives the former addresses where nothing else has taken them.
 *
 * @throws Error if one of several control planes has another one: their API servers would never answer
 */
async function startInPlace(
  { id, inputs, outputs }: ReadRequest,
  nodes: readonly Container[],
  context: Context,
): Promise<readonly Container[]> {
  const former = formerAddresses(id, outputs);
  const ordered = nodes.toSorted(byFormerAddress(former));
  const started = await startContainers(ordered, context);
  const containers = nodes.map(
    (node) => started.find((container) => container.id === node.id) ?? node,
  );
  if (Object.keys(inputs).length === 0) return containers;
  const { network, controlPlanes } = toClusterInputs(inputs);
  const misplaced = misplacedPlanes(containers, { network, controlPlanes }, former);
  if (misplaced.length === 0) return containers;
  const names = ordered.map(({ name }) => name).join(" ");
  const moved = misplaced.map(
    ({ name, networks }) => `${name} has ${networks[network] ?? "none"}, and had ${former[name]}`,
  );
  throw new Error(
    `control planes of the cluster ${JSON.stringify(id)} have other addresses than before (${moved.join("; ")}), and ` +
      "etcd's members look for each other at the former ones. Nothing was removed. `linkerd-topology up` gives them " +
      "back. A refresh can't: it looks at one cluster at a time, and containers of others may have these addresses. " +
      `Where this is the only cluster, \`docker stop ${names} && docker start ${names}\` does it as well.`,
  );
}

/**
 * Docker's prune removes networks whose containers are all stopped, and those containers can't start without
 * their network.
 */
async function onTheirNetwork(
  inputs: ClusterInputs,
  nodes: readonly Container[],
  context: Context,
): Promise<readonly Container[]> {
  if (!nodes.some((node) => mayBeOff(node, inputs.network))) return nodes;
  const network = await findDockerNetwork(inputs.network, context.signal);
  if (network === undefined) throw networkGone(inputs, nodes);
  return rejoin(nodes, network, context);
}

async function importedInputs(
  kindName: string,
  node: string,
  signal: AbortSignal,
): Promise<ClusterInputs> {
  const marker = await readMarker(node, signal);
  if (marker !== undefined) return marker.inputs;
  throw new Error(
    `the kind cluster ${JSON.stringify(kindName)} is unfinished, and has no record of its inputs. ` +
      `Remove it (\`kind delete cluster --name ${kindName}\`) and let \`pulumi up\` create it.`,
  );
}
