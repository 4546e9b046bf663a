import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { metallbNamespace, metallbVersion } from "../planning/clusters/metallb.ts";
import type { MetalLbSources } from "../planning/sources/sources.ts";
import { metallbRelease } from "./chart-location.ts";
import { inCluster, markOf, type MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import { splitImage } from "./values.ts";

/** Arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs {
  /** The cluster to install it in. */
  readonly cluster: MeshCluster;
  /** The addresses that it gives, a CIDR of the network that the nodes are on. */
  readonly range: string;
  /** Where it comes from. @default its chart and images from their public places */
  readonly sources?: MetalLbSources | undefined;
}

/**
 * MetalLB: it gives Services of type `LoadBalancer` addresses of a range, and lets a node answer for each of them on
 * the network that the nodes are on. Clusters in clouds have such a thing; those of kind don't.
 *
 * @throws pulumi.RunError if an image has no tag
 * @example
 * ```ts
 * new LoadBalancer("west", { cluster: west, range: "172.30.128.0/30" });
 * ```
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Depend on it to wait until Services get addresses. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("LoadBalancer", name, args, ["cluster"]);
    super("linkerd-topology:index:LoadBalancer", name, {}, opts);
    const { cluster, range, sources } = args;
    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: metallbNamespace,
          // The speakers are on the node's network.
          labels: { "pod-security.kubernetes.io/enforce": "privileged" },
          annotations: markOf(cluster),
        },
      },
      inCluster(cluster, this),
    );
    const release = metallbRelease(
      name,
      { directory: sources?.chart, version: metallbVersion },
      {
        cluster,
        namespace: metallbNamespace,
        values: values(sources),
        awaitPods: true,
      },
      { parent: this, dependsOn: [namespace] },
    );
    const pool = this.#object(cluster, name, "IPAddressPool", { addresses: [range] }, release);
    this.ready = this.#object(
      cluster,
      name,
      "L2Advertisement",
      { ipAddressPools: [metallbPool] },
      pool,
    );
    this.registerOutputs({});
  }

  #object(
    cluster: MeshCluster,
    name: string,
    kind: string,
    spec: Readonly<Record<string, unknown>>,
    after: pulumi.Resource,
  ): CustomResource {
    return new CustomResource(
      `${name}-${kind.toLowerCase()}`,
      {
        apiVersion: "metallb.io/v1beta1",
        kind,
        metadata: { name: metallbPool, namespace: metallbNamespace },
        spec,
      },
      inCluster(cluster, this, { dependsOn: [after] }),
    );
  }
}

const metallbPool = "linkerd-topology";

function values({ images }: MetalLbSources = {}) {
  const image = (reference: string | undefined) => {
    if (reference === undefined) return {};
    const { name, version } = splitImage(reference);
    return { image: { repository: name, tag: version, pullPolicy: "IfNotPresent" } };
  };
  return {
    controller: image(images?.controller),
    speaker: {
      ...image(images?.speaker),
      // For BGP, which Docker networks don't have.
      frr: { enabled: false },
      // kubeadm labels control planes so that load balancers leave them out. Most clusters have no other node.
      ignoreExcludeLB: true,
    },
    // The plan knows that the range is valid, and the webhook may not listen yet.
    crds: { validationFailurePolicy: "Ignore" },
  };
}
