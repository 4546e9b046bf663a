import {
  type CheckRequest,
  type CheckResult,
  checkShape,
  type Context,
  diffInputs,
  type DiffRequest,
  type DiffResult,
  type PropertyMap,
  type ReadRequest,
  type ReadResult,
  readShape,
  replacing,
  type Resource,
} from "../server/index.ts";
import { createdByLabel, kindClusterLabel, ownerLabel, timeLimits } from "./constants.ts";
import type { Container } from "./container.ts";
import { inspect, listContainers, removeContainers } from "./containers.ts";
import { docker, DockerError } from "./docker.ts";
import { howToMakeWay, mayMakeWay } from "./make-way.ts";
import {
  createDockerNetwork,
  type DockerNetwork,
  findDockerNetwork,
  foreignDockerNetwork,
} from "./docker-network.ts";
import { networkSchema, networkShape, type NewDockerNetwork, toNetwork } from "./network-inputs.ts";
import { ownerOf } from "./owner.ts";
import { clustersElsewhere, readMade, refuseElsewhere } from "./state-elsewhere.ts";
import { subnetContains } from "../../planning/cidr.ts";

/** `kind:index:Network`. */
export const networkResource: Resource = {
  type: "kind:index:Network",
  schema: networkSchema,
  check,
  diff,
  async create({ inputs }, context) {
    const { signal } = context;
    const wanted = toNetwork(inputs);
    const { name, owner } = wanted;
    const [existing, nodes] = await Promise.all([
      findDockerNetwork(name, signal),
      listContainers(`label=${kindClusterLabel}`, signal),
    ]);
    // The network is the first resource of all: nothing has been changed yet.
    refuseElsewhere(await clustersElsewhere(nodes, owner, { signal }));
    if (existing === undefined) {
      await createDockerNetwork(wanted, signal);
    } else if (existing.labels[ownerLabel] !== owner) {
      throw foreignDockerNetwork(name, existing.labels[ownerLabel]);
    } else if (!hasAddresses(existing, wanted)) {
      // The network of a former generation: the clusters on it are recreated with it.
      await removeNetwork(existing, owner, context, { refuse: refuseFinished });
      await createDockerNetwork(wanted, signal);
    } else if (!hasLabels(existing, wanted.labels) && (await isUnused(existing, signal))) {
      // An interrupted run left it, with other labels and without containers.
      await docker(["network", "rm", existing.id], { signal });
      await createDockerNetwork(wanted, signal);
    }
    const network = await findDockerNetwork(name, signal);
    if (network === undefined) throw new Error(`the Docker network ${name} vanished`);
    return { id: name, outputs: outputs(network) };
  },
  read,
  async update({ newInputs }) {
    // Every input replaces, so the engine gets here only to complete a half-failed create.
    const network = await findDockerNetwork(toNetwork(newInputs).name);
    if (network === undefined) throw new Error("the Docker network is gone; run a refresh");
    return outputs(network);
  },
  async delete({ id, outputs: olds }, context) {
    const network = await findDockerNetwork(id, context.signal);
    const { owner } = readShape({ owner: networkSchema.outputs.owner }, olds);
    // It belongs to somebody else by now, or to a later generation: this one is already gone.
    if (network === undefined || network.labels[ownerLabel] !== owner) return;
    if (olds.networkId !== undefined && olds.networkId !== network.id) return;
    await removeNetwork(network, owner, context);
  },
};

function check({ urn, news }: CheckRequest): CheckResult {
  const checked = checkShape(networkShape, { ...news, owner: news.owner ?? ownerOf(urn) });
  const { inputs, known, failures, fail } = checked;
  const { subnet, ipRange, labels = {} } = known;
  for (const reserved of [ownerLabel, createdByLabel]) {
    if (reserved in labels) fail(["labels"], `${reserved} is the provider's own label`);
  }
  if (ipRange !== undefined && inputs.subnet === undefined) {
    fail(["ipRange"], "needs the subnet that it is a part of");
  } else if (ipRange !== undefined && subnet !== undefined && !subnetContains(subnet, ipRange)) {
    fail(["ipRange"], `is not a part of ${subnet}`);
  }
  return { inputs, failures };
}

function diff({ oldInputs, newInputs }: DiffRequest): DiffResult {
  // Docker accepts two networks of one name, and then confuses them. So the old one must be removed first.
  return {
    ...diffInputs(oldInputs, newInputs, replacing(networkShape)),
    deleteBeforeReplace: true,
  };
}

async function read(
  { id, inputs }: ReadRequest,
  { signal }: Context,
): Promise<ReadResult | undefined> {
  const network = await findDockerNetwork(id, signal);
  const owner = network?.labels[ownerLabel];
  if (network === undefined) return undefined;
  // An import accepts any owner's network that the provider created; a refresh only the stack's own.
  if (owner === undefined || (inputs.owner !== undefined && inputs.owner !== owner))
    return undefined;
  const state = outputs(network);
  const { name, labels = {}, subnet, ipRange } = state;
  return {
    id,
    outputs: state,
    inputs: {
      name: name ?? id,
      owner,
      labels,
      // If Docker chose the subnet, it is no input.
      ...(inputs.subnet !== undefined && subnet !== undefined && { subnet }),
      ...(inputs.ipRange !== undefined && ipRange !== undefined && { ipRange }),
    },
  };
}

function outputs(network: DockerNetwork): PropertyMap {
  const own = [ownerLabel, createdByLabel];
  const labels = Object.fromEntries(
    Object.entries(network.labels).filter(([key]) => !own.includes(key)),
  );
  const owner = network.labels[ownerLabel] ?? "";
  const { name, subnet, ipRange, id } = network;
  return { name, owner, labels, subnet, ...(ipRange !== "" && { ipRange }), networkId: id };
}

function hasAddresses(network: DockerNetwork, { subnet, ipRange }: NewDockerNetwork): boolean {
  return (
    (subnet === undefined || subnet === network.subnet) &&
    (ipRange === undefined || ipRange === network.ipRange)
  );
}

function hasLabels(network: DockerNetwork, labels: Readonly<Record<string, string>>): boolean {
  const { labels: found } = outputs(network);
  return (
    JSON.stringify(Object.entries(found ?? {}).sort()) ===
    JSON.stringify(Object.entries(labels).sort())
  );
}

/**
 * Docker counts only running containers. It lets the network of stopped ones be removed, and then they can't
 * start.
 */
async function isUnused({ id }: DockerNetwork, signal: AbortSignal): Promise<boolean> {
  return (await listContainers(`network=${id}`, signal)).length === 0;
}

/** @throws Error that lists the finished clusters that nobody allowed to remove */
async function refuseFinished(
  network: string,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<void> {
  const finished = (await readMade(containers, signal)).filter((made) => !mayMakeWay(made));
  if (finished.length === 0) return;
  const names = finished.map(({ name }) => JSON.stringify(name)).join(", ");
  const remove = finished.map(({ name }) => `\`kind delete cluster --name ${name}\``).join(", ");
  throw new Error(
    `the Docker network ${JSON.stringify(network)} has the wrong addresses, and finished ` +
      `clusters are on it: ${names}. Nothing was removed. ${howToMakeWay(finished)}. If you don't need what is ` +
      `in them, remove them with ${remove}: the next up recreates the network.`,
  );
}

/**
 * Removes an owner's network together with the owner's nodes on it.
 *
 * @param options.refuse rejects if some of these nodes must stay
 */
async function removeNetwork(
  network: DockerNetwork,
  owner: string,
  context: Context,
  options: { readonly refuse?: typeof refuseFinished } = {},
): Promise<void> {
  const { signal } = context;
  const { name } = network;
  const [attached, listed, nodes] = await Promise.all([
    inspect(network.containers, signal),
    listContainers(`network=${network.id}`, signal),
    listContainers(`label=${kindClusterLabel}`, signal),
  ]);
  // Docker doesn't list a container that was never started among those on the network.
  const waiting = nodes.filter(({ stamp, networks }) => stamp?.owner === owner && name in networks);
  const containers = [
    ...new Map([...attached, ...listed, ...waiting].map((one) => [one.id, one])).values(),
  ];
  // Nodes of the same owner are what a killed run left, which the state doesn't know.
  const ours = containers.filter(
    ({ stamp, role }) => stamp?.owner === owner || role === "external-load-balancer",
  );
  refuseElsewhere(await clustersElsewhere(ours, owner, { signal }));
  const foreign = containers.filter((container) => !ours.includes(container));
  if (foreign.length > 0) {
    const names = foreign.map((container) => container.name);
    throw new Error(
      `the Docker network ${JSON.stringify(name)} can't be removed: ${names.join(", ")}, which this ` +
        `provider did not make, use it. Detach them (\`docker network disconnect ${name} ${names[0] ?? ""}\`) ` +
        "or remove them.",
    );
  }
  await options.refuse?.(name, ours, signal);
  if (ours.length > 0) {
    context.status(
      `removing left-over nodes: ${ours.map((container) => container.name).join(", ")}`,
    );
    await removeContainers(ours, timeLimits.clusterDelete);
  }
  try {
    await docker(["network", "rm", network.id], { signal: context.signal });
  } catch (error) {
    if (!(error instanceof DockerError) || !/no such network|not found/i.test(error.stderr))
      throw error;
  }
}
