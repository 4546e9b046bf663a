import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { NamespacePatch } from "@pulumi/kubernetes/core/v1/namespacePatch.js";
import * as pulumi from "@pulumi/pulumi";
import { inCluster, type MeshCluster } from "../mesh-cluster.ts";
import { refuseOutputs } from "../plain-inputs.ts";

/** Arguments of {@link DefaultDeny}. */
export interface DefaultDenyArgs {
  readonly cluster: MeshCluster;
  /** The namespace. */
  readonly namespace: string;
  /** False: it already exists, and isn't deleted. @default true */
  readonly create?: boolean;
}

/**
 * A namespace whose pods accept only clients that a {@link ServicePolicy} names. The kubelet's probes still
 * work.
 *
 * A pod gets its proxy's default when it is created: in an existing namespace, running pods keep theirs until
 * they are recreated.
 *
 * @example
 * ```ts
 * new DefaultDeny("shop-in-east", { cluster: east, namespace: "shop" });
 * ```
 */
export class DefaultDeny extends pulumi.ComponentResource {
  /** The namespace. Everything in it depends on it. */
  readonly namespace: pulumi.Resource;

  constructor(name: string, args: DefaultDenyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("DefaultDeny", name, args, ["cluster"]);
    super("linkerd-topology:index:DefaultDeny", name, {}, opts);
    const metadata = { name: args.namespace, annotations: { ...deny, ...inject } };
    this.namespace =
      args.create === false
        ? new NamespacePatch(
            name,
            { metadata: { name: args.namespace, annotations: deny } },
            inCluster(args.cluster, this),
          )
        : new Namespace(name, { metadata }, inCluster(args.cluster, this));
    this.registerOutputs({});
  }
}

const deny = { "config.linkerd.io/default-inbound-policy": "deny" };
/** A pod without a proxy accepts everybody. */
const inject = { "linkerd.io/inject": "enabled" };
