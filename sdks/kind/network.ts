import * as pulumi from "@pulumi/pulumi";
import { packageVersion, stackOwner } from "./package.ts";

/** What a {@link Network} is made from; any change recreates it. */
export interface NetworkArgs {
  /** Name of the Docker network; one that this owner made already is adopted. */
  name: pulumi.Input<string>;
  /**
   * Labels of the network besides the provider's own, such as an expiry. Docker cannot relabel a
   * network: a change recreates it.
   * @default {}
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Who may take over and delete what is on this network. @default `<project>/<stack>` */
  owner?: pulumi.Input<string>;
  /**
   * IPv4 CIDR of the network, such as `172.28.0.0/16`. Give the resource a name that has it too: a network
   * that is recreated takes the owner's clusters on the former one with it, and those come back only if
   * they are new resources as well.
   * @default one that Docker chooses
   */
  subnet?: pulumi.Input<string>;
  /** Part of the subnet that nodes get their addresses of, such as `172.28.0.0/17`. @default the whole */
  ipRange?: pulumi.Input<string>;
}

/**
 * An IPv4 Docker network that kind clusters are put on, labelled with its owner: names of nodes resolve
 * to one address, and topologies on one machine don't see each other. Deleting it removes nodes of the
 * same owner that a killed run left on it; it fails, and changes nothing, while others use it.
 */
export class Network extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly owner: pulumi.Output<string>;
  declare readonly labels: pulumi.Output<Record<string, string>>;
  /** Such as `172.19.0.0/16`. */
  declare readonly subnet: pulumi.Output<string>;
  declare readonly ipRange: pulumi.Output<string | undefined>;
  /** Docker's id of the network. */
  declare readonly networkId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "kind:index:Network",
      name,
      {
        name: args.name,
        labels: args.labels ?? {},
        owner: args.owner ?? stackOwner(),
        subnet: args.subnet,
        ipRange: args.ipRange,
        networkId: undefined,
      },
      pulumi.mergeOptions({ version: packageVersion }, opts),
    );
  }
}
