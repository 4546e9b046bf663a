import { multiclusterNamespace } from "../planning/names.ts";
import { ReleaseComplete } from "@linkerd-topology/mesh";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { type ChartLocation, linkerdRelease } from "./chart-location.ts";
import type { ControlPlane } from "./control-plane.ts";
import { accessTo, inCluster, markOf, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import {
  type ExposedGateway,
  type FederatedWithout,
  type MirrorTarget,
  multiclusterValues,
} from "./multicluster-values.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of {@link Multicluster}. */
export interface MulticlusterArgs {
  /** The cluster to install it in. */
  readonly cluster: MeshCluster;
  /**
   * The cluster's control plane. The extension's pods need proxies, and before the control plane injects they
   * would silently start without them.
   */
  readonly controlPlane: Pick<ControlPlane, "injecting">;
  readonly charts: ChartLocation;
  /** How the gateway is exposed. @default no gateway */
  readonly gateway?: ExposedGateway | undefined;
  /** The Links whose source is this cluster. @default [] */
  readonly targets?: readonly MirrorTarget[];
  /** What federated Services don't get from the cluster's own members. @default they get everything */
  readonly federatedWithout?: FederatedWithout;
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default false */
  readonly highAvailability?: boolean;
  /** Image references that replace the chart's. @default {} */
  readonly images?: { readonly controller?: string; readonly pause?: string } | undefined;
  /** Values of the chart, merged over the package's own. @default {} */
  readonly values?: ChartValues;
}

/**
 * Linkerd's multi-cluster extension: the gateway, and one service mirror for each Link whose source is this
 * cluster.
 */
export class Multicluster extends pulumi.ComponentResource {
  /** Depend on it to wait until the extension is installed, and with it the CRD of Links. */
  readonly installed: pulumi.Resource;
  /** Depend on it to wait until the extension's namespace exists. */
  readonly namespace: pulumi.Resource;

  constructor(name: string, args: MulticlusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Multicluster", name, args, ["cluster", "controlPlane", "values"]);
    super("linkerd-topology:index:Multicluster", name, {}, opts);
    const { cluster } = args;
    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: multiclusterNamespace,
          labels: {
            "linkerd.io/extension": "multicluster",
            "pod-security.kubernetes.io/enforce": "privileged",
          },
          ...(cluster.installation !== undefined && { annotations: markOf(cluster) }),
        },
      },
      inCluster(cluster, this),
    );
    const release = linkerdRelease(
      name,
      "linkerd-multicluster",
      args.charts,
      {
        cluster,
        namespace: multiclusterNamespace,
        values: multiclusterValues({
          trustDomain: args.trustDomain ?? "cluster.local",
          gateway: args.gateway,
          targets: args.targets ?? [],
          federatedWithout: args.federatedWithout,
          highAvailability: args.highAvailability ?? false,
          images: args.images ?? {},
          values: args.values ?? {},
        }),
        // Helm would also wait for the address of a load balancer, which the cluster may never assign.
        awaitPods: args.gateway?.serviceType !== "LoadBalancer",
      },
      { parent: this, dependsOn: [namespace, args.controlPlane.injecting] },
    );
    const complete = new ReleaseComplete(
      name,
      {
        ...accessTo(cluster),
        namespace: multiclusterNamespace,
        releases: ["linkerd-multicluster"],
      },
      onCluster(cluster, this, { dependsOn: [release] }),
    );
    this.installed = complete;
    this.namespace = namespace;
    this.registerOutputs({});
  }
}
