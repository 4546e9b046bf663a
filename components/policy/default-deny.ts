import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { NamespacePatch } from "@pulumi/kubernetes/core/v1/namespacePatch.js";
import * as pulumi from "@pulumi/pulumi";
import { inCluster, type MeshCluster } from "../mesh-cluster.ts";

/** Arguments of {@link DefaultDeny}. */
export interface DefaultDenyArgs {
  readonly cluster: MeshCluster;
  /** The namespace. */
  readonly namespace: string;
  /** False: it is there already, and stays in the end. @default true */
  readonly create?: boolean;
}

/**
 * A namespace whose pods let in nobody but whom a {@link ServicePolicy} names. The probes of the kubelet
 * still get through.
 *
 * Pods get their proxies' default when they are made: in a namespace that is there already, those that run
 * keep theirs until they are recreated.
 *
 * @example
 * ```ts
 * new DefaultDeny("shop-in-east", { cluster: east, namespace: "shop" });
 * ```
 */
export class DefaultDeny extends pulumi.ComponentResource {
  /** The namespace: what is made in it depends on it. */
  readonly namespace: pulumi.Resource;

  constructor(name: string, args: DefaultDenyArgs, opts?: pulumi.ComponentResourceOptions) {
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
/** Without a proxy nobody is kept out. */
const inject = { "linkerd.io/inject": "enabled" };
