import {
  DefinitionsCleanup,
  DefinitionsKept,
  InjectorReady,
  ReleaseComplete,
  VersionStep,
} from "@linkerd-topology/mesh";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { type ChartLocation, linkerdRelease, localRelease } from "./chart-location.ts";
import { controlPlaneValues, type ProxyTracing } from "./control-plane-values.ts";
import { crdNames, gatewayApiChart } from "./gateway-api.ts";
import type { IssuerKeyPair } from "./issuer.ts";
import { type CertManagerIssuer, issuerInCluster } from "./issuer-in-cluster.ts";
import { accessTo, inCluster, markOf, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of {@link ControlPlane}. */
export interface ControlPlaneArgs {
  /** The cluster to install it in. */
  readonly cluster: MeshCluster;
  /**
   * PEM of all certificates that the mesh trusts, the same in every cluster. There are several while an
   * anchor is being replaced.
   */
  readonly trustAnchorsPem: pulumi.Input<string>;
  /** This cluster's own issuer. */
  readonly issuer: IssuerKeyPair | CertManagerIssuer;
  /** What must allow other anchors or another issuer first. @default nothing */
  readonly trustStep?: pulumi.Resource | undefined;
  readonly charts: ChartLocation;
  /**
   * Release of Linkerd in the charts, such as `edge-26.6.3`. A step from the running release that Linkerd
   * doesn't support is refused. @default every step is allowed
   */
  readonly version?: string | undefined;
  /** YAML file with the Gateway API's CRDs. @default the public release, v1.2.1 */
  readonly gatewayApi?: string | undefined;
  /** Image references that replace the chart's. @default {} */
  readonly images?: { readonly controller?: string; readonly proxy?: string } | undefined;
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
  /** Three replicas of each controller on different nodes. It needs three nodes. @default false */
  readonly highAvailability?: boolean;
  /** Where proxies send spans of the requests that bear a trace context. @default nowhere */
  readonly tracing?: ProxyTracing | undefined;
  /** Values of the chart linkerd-crds. @default {} */
  readonly crdsValues?: ChartValues;
  /** Values of the chart linkerd-control-plane, merged over the package's own. @default {} */
  readonly values?: ChartValues;
}

/**
 * Linkerd's control plane, with the CRDs that it needs. It counts as created when it injects: a pod that is
 * sent to the API server as a dry run comes back with its proxy.
 */
export class ControlPlane extends pulumi.ComponentResource {
  /** Depend on it to wait until the injector serves. */
  readonly injecting: pulumi.Resource;
  /** Image of the proxy that the injector adds. */
  readonly proxyImage: pulumi.Output<string>;
  /** Revision of its release. Another revision may mean other proxies. */
  readonly revision: pulumi.Output<string>;

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("ControlPlane", name, args, [
      "cluster",
      "trustAnchorsPem",
      "issuer",
      "trustStep",
      "values",
      "crdsValues",
    ]);
    super("linkerd-topology:index:ControlPlane", name, {}, opts);
    const { cluster, charts } = args;
    const trustDomain = args.trustDomain ?? "cluster.local";
    const step = args.trustStep === undefined ? [] : [args.trustStep];
    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: linkerdNamespace,
          // The chart creates the namespace only for Linkerd's own CLI. For a Helm release the package sets
          // these labels.
          labels: {
            "linkerd.io/is-control-plane": "true",
            "linkerd.io/control-plane-ns": linkerdNamespace,
            "config.linkerd.io/admission-webhooks": "disabled",
            // linkerd-init sets up iptables in the pods.
            "pod-security.kubernetes.io/enforce": "privileged",
          },
          annotations: { "linkerd.io/inject": "disabled", ...markOf(cluster) },
        },
      },
      inCluster(cluster, this),
    );
    const releases = { cluster, namespace: linkerdNamespace };
    const after = (...dependsOn: pulumi.Resource[]) => ({
      parent: this,
      dependsOn: [namespace, ...dependsOn],
    });

    const issuer = issuerInCluster(
      name,
      {
        cluster,
        namespace: linkerdNamespace,
        issuer: args.issuer,
        trustAnchorsPem: args.trustAnchorsPem,
        trustDomain,
      },
      this,
      [namespace, ...step],
    );
    const directory = gatewayApiChart(args.gatewayApi);
    // In a cluster that outlives the stack: what it didn't have before is removed in the end.
    const cleanup =
      cluster.lifetime === undefined
        ? [
            new DefinitionsCleanup(
              name,
              { ...accessTo(cluster), definitions: directory.apply(crdNames) },
              onCluster(cluster, this),
            ),
          ]
        : [];
    const gatewayApi = localRelease(
      `${name}-gateway-api`,
      { name: "gateway-api", directory },
      { ...releases, awaitPods: false },
      after(...cleanup),
    );
    const versionStep =
      args.version === undefined
        ? []
        : [
            new VersionStep(
              name,
              { ...accessTo(cluster), version: args.version },
              onCluster(cluster, this, { dependsOn: [namespace] }),
            ),
          ];
    const crds = linkerdRelease(
      `${name}-crds`,
      "linkerd-crds",
      charts,
      {
        ...releases,
        values: { installGatewayAPI: false, ...args.crdsValues },
        awaitPods: false,
      },
      after(...versionStep),
    );
    const kept =
      cluster.lifetime === undefined
        ? [
            new DefinitionsKept(
              name,
              {
                ...accessTo(cluster),
                namespace: linkerdNamespace,
                release: "linkerd-crds",
                ownNamespaces: [linkerdNamespace, multiclusterNamespace],
              },
              onCluster(cluster, this, { dependsOn: [crds] }),
            ),
          ]
        : [];
    const controllers = linkerdRelease(
      name,
      "linkerd-control-plane",
      charts,
      {
        ...releases,
        values: {
          ...controlPlaneValues({
            trustDomain,
            clusterDomain: args.clusterDomain ?? "cluster.local",
            highAvailability: args.highAvailability ?? false,
            tracing: args.tracing,
            images: args.images ?? {},
            values: args.values ?? {},
          }),
          identityTrustAnchorsPEM: args.trustAnchorsPem,
        },
        // The gate below waits instead: a Ready injector may not be reachable yet.
        awaitPods: false,
      },
      // The policy controller looks only at its start which kinds of routes exist.
      after(issuer, gatewayApi, crds, ...kept, ...step),
    );
    const complete = new ReleaseComplete(
      name,
      {
        ...accessTo(cluster),
        namespace: linkerdNamespace,
        releases: ["linkerd-crds", "linkerd-control-plane"],
      },
      onCluster(cluster, this, { dependsOn: [crds, controllers] }),
    );
    this.revision = controllers.status.revision.apply(String);
    const gate = new InjectorReady(
      name,
      { ...accessTo(cluster), triggers: [this.revision] },
      onCluster(cluster, this, { dependsOn: [controllers, complete] }),
    );
    this.injecting = gate;
    this.proxyImage = gate.proxyImage;
    this.registerOutputs({ proxyImage: this.proxyImage });
  }
}
