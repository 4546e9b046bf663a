import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { timeLimits } from "../planning/time-limits.ts";
import { type ChartSource, linkerdRelease } from "./chart-source.ts";
import type { ControlPlane } from "./control-plane.ts";
import { ReleaseComplete } from "./installation.ts";
import { accessTo, inCluster, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import {
  type ExposedGateway,
  type MirrorTarget,
  multiclusterValues,
} from "./multicluster-values.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of {@link Multicluster}. */
export interface MulticlusterArgs {
  /** Where it is installed. */
  readonly cluster: MeshCluster;
  /**
   * The cluster's control plane: the extension's pods need their proxies, and come up without them,
   * silently, before it injects.
   */
  readonly controlPlane: Pick<ControlPlane, "injecting">;
  readonly charts: ChartSource;
  /** How the gateway is exposed. @default no gateway */
  readonly gateway?: ExposedGateway | undefined;
  /** The Links whose source this cluster is. @default [] */
  readonly targets?: readonly MirrorTarget[];
  /** Service accounts for the Links whose target this cluster is, one per source. @default [] */
  readonly accessAccounts?: readonly string[];
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default false */
  readonly highAvailability?: boolean;
  /** Image references that replace the chart's. @default {} */
  readonly images?: { readonly controller?: string; readonly pause?: string } | undefined;
  /** Values of the chart, merged over the package's own. @default {} */
  readonly values?: ChartValues;
}

/** What a source needs to watch a target's Services. */
export interface AccessCredentials {
  /** Bearer token of the access account. Secret. */
  readonly token: pulumi.Output<string>;
  /** PEM of the authority that the API server's certificate is signed by. Secret, as its vessel is. */
  readonly caCertificate: pulumi.Output<string>;
  /** Another one whenever the token is another one; tells nothing about it. */
  readonly revision: pulumi.Output<string>;
}

/** Namespace of the extension, in every cluster. */
export const multiclusterNamespace = "linkerd-multicluster";

/**
 * Linkerd's multi-cluster extension: the gateway, one service mirror controller for each Link that
 * starts here, and one access account for each that ends here.
 */
export class Multicluster extends pulumi.ComponentResource {
  /** Depend on it to come after the extension was installed; Links are defined then. */
  readonly installed: pulumi.Resource;
  /** Credentials of each access account, by its name. */
  readonly access: Readonly<Record<string, AccessCredentials>>;

  constructor(name: string, args: MulticlusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("linkerd-topology:index:Multicluster", name, {}, opts);
    const { cluster } = args;
    const accessAccounts = args.accessAccounts ?? [];
    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: multiclusterNamespace,
          labels: {
            "linkerd.io/extension": "multicluster",
            "pod-security.kubernetes.io/enforce": "privileged",
          },
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
          accessAccounts,
          highAvailability: args.highAvailability ?? false,
          images: args.images ?? {},
          values: args.values ?? {},
        }),
        // Helm would wait for the address of a load balancer too, which its cluster may never give.
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
    this.access = Object.fromEntries(
      accessAccounts.map((account) => [account, this.#accessTo(cluster, account, name, complete)]),
    );
    this.registerOutputs({});
  }

  /**
   * A token Secret of our own for an account that the chart makes: the provider waits until Kubernetes
   * has written the token, which a look at the chart's own Secret may come too early for.
   */
  #accessTo(
    cluster: MeshCluster,
    account: string,
    name: string,
    release: pulumi.Resource,
  ): AccessCredentials {
    const secret = new Secret(
      `${name}-${account}`,
      {
        metadata: {
          name: `${account}-link`,
          namespace: multiclusterNamespace,
          annotations: { "kubernetes.io/service-account.name": account },
        },
        type: "kubernetes.io/service-account-token",
      },
      inCluster(cluster, this, {
        dependsOn: [release],
        customTimeouts: { create: `${String(timeLimits.accessToken / 1000)}s` },
      }),
    );
    const field = (key: string) =>
      pulumi.secret(secret.data.apply((data) => decoded(data, key, account)));
    return {
      token: field("token"),
      caCertificate: field("ca.crt"),
      revision: secret.metadata.uid,
    };
  }
}

function decoded(data: Record<string, string>, key: string, account: string): string {
  const value = data[key];
  if (value === undefined) {
    throw new pulumi.RunError(
      `access account ${account}: its token Secret ${multiclusterNamespace}/${account}-link has no ` +
        `"${key}"; Kubernetes' token controller has not filled it. Run the same command again.`,
    );
  }
  return Buffer.from(value, "base64").toString("utf8");
}
