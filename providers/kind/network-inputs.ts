import * as z from "zod";
import { limits } from "../../planning/limits.ts";
import { type Properties, readShape, type ResourceSchema, text } from "../server/index.ts";
import { ownerName } from "./owner.ts";
import { subnet } from "./subnets.ts";

export const networkName = () =>
  text((value) =>
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is not a valid name of a Docker network: letters, digits, "_", "." and "-"`,
  );

/** Docker can't change anything about an existing network. */
const fixed = { willReplaceOnChanges: true };

/** Inputs of `kind:index:Network`. */
export const networkShape = {
  name: networkName().meta({
    ...fixed,
    description: "Name of the Docker network. If this owner created it before, it is adopted.",
  }),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .meta({
      ...fixed,
      description: "Labels of the network besides the provider's own, such as an expiry.",
    }),
  owner: ownerName()
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Who may take over and delete what is on this network. `<project>/<stack>` by default.",
    }),
  subnet: subnet(limits.largestNetworkPrefix, limits.smallestDockerPrefix)
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "IPv4 CIDR of the network, such as `172.28.0.0/16`; Docker chooses one by default. Give the resource a " +
        "name that contains it: when a network is recreated, the owner's clusters on the former one are removed " +
        "with it, and they come back only if they are new resources as well.",
    }),
  ipRange: subnet(limits.largestNetworkPrefix, limits.smallestBalancerRange)
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Part of the subnet from which nodes get their addresses, such as `172.28.0.0/17`. By default the whole " +
        "subnet.",
    }),
};

/** The engine's schema of `kind:index:Network`. */
export const networkSchema = {
  description:
    "An IPv4 Docker network for kind clusters, labelled with its owner. Names of nodes resolve to one " +
    "address, and topologies on one machine don't see each other. Deleting it removes nodes that a killed run " +
    "of the same owner left on it. If others use it, deletion fails and changes nothing.",
  inputs: networkShape,
  outputs: {
    owner: z.string().describe("Who may take over and delete what is on this network."),
    subnet: z.string().describe("Such as `172.19.0.0/16`."),
    networkId: z.string().describe("Docker's id of the network."),
  },
} satisfies ResourceSchema;

const checkedNetwork = { ...networkShape, owner: networkSchema.outputs.owner };

/** The inputs of a network to be created. */
export type NewDockerNetwork = Readonly<Properties<typeof checkedNetwork>>;

/** @throws Error if `check` has not passed these inputs */
export function toNetwork(properties: Readonly<Record<string, unknown>>): NewDockerNetwork {
  return readShape(checkedNetwork, properties);
}
