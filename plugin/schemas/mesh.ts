import * as z from "zod";
import type { AccessAccount, AccessAccountArgs } from "../../components/access-account.ts";
import type { ControlPlane, ControlPlaneArgs } from "../../components/control-plane.ts";
import type { KindCluster } from "../../components/kind-cluster.ts";
import type { LinkArgs } from "../../components/link.ts";
import type { LoadBalancerArgs } from "../../components/load-balancer.ts";
import type { Multicluster, MulticlusterArgs } from "../../components/multicluster.ts";
import type { PodRoutes, PodRoutesArgs } from "../../components/pod-routes.ts";
import type { Issuer } from "../../components/issuer.ts";
import { defaults } from "../../planning/defaults.ts";
import { limits } from "../../planning/limits.ts";
import { linkerdVersion } from "../../planning/linkerd/schema.ts";
import { linkMode, metadataKeys, selectorsSchema } from "../../planning/links/schema.ts";
import { trustSchema } from "../../planning/trust/schema.ts";
import { domain, integer, label } from "../../planning/topology/schema-parts.ts";
import { output, reference, type ResourceSchema } from "../../providers/server/index.ts";
import {
  cluster,
  flag,
  secretText,
  sourcesFile,
  text,
  texts,
  token,
  told,
  typed,
} from "./parts.ts";
import { keyPair, trustDomain } from "./trust.ts";

const extension = (description: string) =>
  reference<Multicluster>(description, token("Multicluster"));

const mode = linkMode.meta({
  title: "LinkMode",
  description:
    "Which kinds of export the Link carries. `gateway`: traffic enters the target through its gateway. `flat`: from pod " +
    "to pod. `mixed`: both, as the label of each exported Service says.",
});

const port = (description: string, fallback: number | undefined) =>
  integer(1, limits.port, "a port", "write a port number")
    .describe(fallback === undefined ? description : `${description} Default: ${String(fallback)}.`)
    .exactOptional();

const charts = z
  .strictObject({
    version: text("Version of the charts in the Helm repository, such as `2026.6.3`."),
    directory: text(
      "Directory with one directory per chart. Default: the Helm repository.",
    ).exactOptional(),
  })
  .meta({
    title: "ChartLocation",
    description:
      "Where Linkerd's charts come from. Default: what the sources hold, else the charts of the release in Linkerd's Helm " +
      "repository.",
  })
  .exactOptional();

const version = linkerdVersion()
  .describe(
    "Release of Linkerd, such as `edge-26.6.3`, or the stable number that it stands for. Default: the one that the " +
      "sources hold, else the newest that the package knows.",
  )
  .exactOptional();

const chartValues = (chart: string) =>
  z
    .record(z.string(), output(z.unknown()))
    .describe(`Values of the chart ${chart}, merged over the package's own.`)
    .exactOptional();

const highAvailability = flag(
  "Three replicas of each controller, on different nodes; needs three nodes. Default: `false`.",
);

const clusterDomain = domain(limits.clusterDomain, "a cluster domain")
  .describe(`Domain of the Services. Default: \`${defaults.clusterDomain}\`.`)
  .exactOptional();

const image = (what: string) => text(`Image of ${what}, with its tag.`).exactOptional();

const certManager = z
  .strictObject({
    name: text("Name of cert-manager's own issuer. An `Issuer` is in the namespace `linkerd`."),
    kind: text("Its kind. Default: `ClusterIssuer`.").exactOptional(),
    group: text("API group of that kind. Default: `cert-manager.io`.").exactOptional(),
    lifetimeHours: told(
      trustSchema.shape.issuerLifetimeHours,
      `How many hours the certificate is valid. Default: ${defaults.issuerLifetimeHours} (one year).`,
    ),
    earlyRenewalHours: told(
      trustSchema.shape.issuerEarlyRenewalHours,
      `How many hours before its end it is renewed. Default: ${defaults.earlyRenewalHours}.`,
    ),
  })
  .meta({
    title: "CertManagerIssuer",
    description:
      "The cluster's issuer, which cert-manager creates in the cluster. Exactly one of this, `issuer` and `issuerKeyPair`.",
  });

const tracing = z
  .strictObject({
    endpoint: text("Host and port of a collector that takes OTLP over gRPC."),
    account: z
      .strictObject({
        name: text("Name of the collector's service account. Proxies know the collector by it."),
        namespace: text("Namespace of that account."),
      })
      .meta({ title: "CollectorAccount" }),
    cluster: text("Each span says that it is from this cluster."),
  })
  .meta({
    title: "ProxyTracing",
    description:
      "Where proxies send spans of the requests that bear a trace context. Default: nowhere.",
  });

export const controlPlaneSchema = {
  description:
    "Linkerd's control plane, with the CRDs that it needs. It counts as created when it injects: a pod that is sent to the " +
    "API server as a dry run comes back with its proxy.",
  inputs: {
    cluster: cluster("The cluster to install it in."),
    trustAnchorsPem: output(
      text(
        "PEM of all certificates that the mesh trusts, the same in every cluster. There are several while an anchor is " +
          "being replaced.",
      ),
    ),
    issuer: reference<Issuer>(
      "The cluster's own issuer. Exactly one of this, `issuerKeyPair` and `certManager`.",
      token("Issuer"),
    ).exactOptional(),
    issuerKeyPair: keyPair("IssuerKeyPair")
      .meta({
        title: "IssuerKeyPair",
        description:
          "The cluster's issuer, of your own. Exactly one of this, `issuer` and `certManager`.",
      })
      .exactOptional(),
    certManager: certManager.exactOptional(),
    version,
    charts,
    gatewayApi: text(
      "YAML file with the Gateway API's CRDs. Default: that of the sources, else the public release.",
    ).exactOptional(),
    images: z
      .strictObject({ controller: image("the controllers"), proxy: image("the proxy") })
      .meta({
        title: "ControlPlaneImages",
        description: "Images that replace the chart's. Default: those of the sources.",
      })
      .exactOptional(),
    trustDomain,
    clusterDomain,
    highAvailability,
    tracing: tracing.exactOptional(),
    crdsValues: chartValues("linkerd-crds"),
    values: chartValues("linkerd-control-plane"),
    sourcesFile: sourcesFile("charts and images come from"),
  } satisfies Record<
    Exclude<keyof ControlPlaneArgs, "trustStep"> | "issuerKeyPair" | "certManager" | "sourcesFile",
    z.ZodType
  >,
  outputs: {
    proxyImage: text("Image of the proxy that the injector adds."),
    revision: text("Revision of its release. Another revision may mean other proxies."),
  },
} satisfies ResourceSchema;

const gateway = z
  .strictObject({
    serviceType: z
      .enum(["NodePort", "LoadBalancer"])
      .meta({
        title: "GatewayServiceType",
        description: "Kind of Service in front of the gateway. Default: `NodePort`.",
      })
      .exactOptional(),
    port: port(
      `Port at which the sources reach it: the node port, or the one behind a load balancer. Default: ` +
        `${defaults.gatewayNodePort}, or ${defaults.gatewayPort} behind a load balancer.`,
      undefined,
    ),
    probePort: port(
      `Port of its health probe, as the sources reach it. Default: ${defaults.probeNodePort}, or ${defaults.probePort} ` +
        "behind a load balancer.",
      undefined,
    ),
    loadBalancerIP: text("Address to ask the load balancer for.").exactOptional(),
    serviceAnnotations: texts("Annotations of its Service besides Linkerd's."),
  })
  .meta({
    title: "ExposedGateway",
    description: "How the gateway is exposed; `{}` takes the defaults. Default: no gateway.",
  });

const target = z
  .strictObject({
    name: text("Name of the Link, which is that of the target."),
    probePort: port(
      "Port of the health probe of the target's gateway, as this cluster reaches it. Absent: the Link has no gateway.",
      undefined,
    ),
    headless: flag("Mirror headless Services pod by pod. Default: `false`."),
  })
  .meta({ title: "MirrorTarget" });

export const multiclusterSchema = {
  description:
    "Linkerd's multi-cluster extension: the gateway, and one service mirror for each Link whose source is this cluster.",
  inputs: {
    cluster: cluster("The cluster to install it in."),
    controlPlane: reference<ControlPlane>("The cluster's control plane.", token("ControlPlane")),
    version,
    charts,
    gateway: gateway.exactOptional(),
    targets: z
      .array(target)
      .describe("The Links whose source is this cluster. Default: none.")
      .exactOptional(),
    federatedWithout: z
      .strictObject({
        labels: z.array(z.string()).describe("Labels: keys, or `prefix/*`."),
        annotations: z.array(z.string()).describe("Annotations: keys, or `prefix/*`."),
      })
      .meta({
        title: "FederatedWithout",
        description:
          "What federated Services don't get from the cluster's own members. Default: they get everything.",
      })
      .exactOptional(),
    trustDomain,
    highAvailability,
    images: z
      .strictObject({
        controller: image("the service mirrors"),
        pause: image("the gateway's pause container"),
      })
      .meta({
        title: "MulticlusterImages",
        description: "Images that replace the chart's. Default: those of the sources.",
      })
      .exactOptional(),
    values: chartValues("linkerd-multicluster"),
    sourcesFile: sourcesFile("the chart and images come from"),
  } satisfies Record<keyof MulticlusterArgs | "version" | "sourcesFile", z.ZodType>,
  outputs: {},
} satisfies ResourceSchema;

export const accessAccountSchema = {
  description:
    "The account with which one source watches one target. It has the rights that Linkerd's controllers need there, and " +
    "no more.",
  inputs: {
    cluster: cluster("The target, whose API server the source watches."),
    extension: extension("The target's multicluster extension."),
    source: label(limits.clusterName, "", '"west"').describe(
      "Name of the source, the only user of the account.",
    ),
    mode,
    tokenGeneration: integer(1, limits.tokenGeneration, "a generation of a token", "count from 1")
      .describe(
        "Another number creates another token. The old one is deleted at the end of the same update, when everything " +
          "works with the new one. Default: 1.",
      )
      .exactOptional(),
    revoked: flag(
      "Removes the account's rights and its token, so that the source is cut off. Default: `false`.",
    ),
  } satisfies Record<keyof AccessAccountArgs, z.ZodType>,
  outputs: {
    account: text("Name of the service account, in the namespace of the extension."),
    token: secretText("Bearer token of the account. Absent while it is revoked.").optional(),
    caCertificate: secretText(
      "PEM of the authority that signed the API server's certificate. Absent while the account is revoked.",
    ).optional(),
  },
} satisfies ResourceSchema;

const linkGateway = z
  .strictObject({
    addresses: output(
      z
        .array(z.string())
        .min(1)
        .describe(
          "Names or addresses at which the source reaches it, such as the name of a node of kind.",
        ),
    ),
    port: port("Port at which the source reaches it.", defaults.gatewayNodePort),
    probePort: port(
      "Port of its health probe, as the source reaches it. The `targets` of the source's Multicluster name the same.",
      defaults.probeNodePort,
    ),
    identity: text(
      "TLS identity of the gateway. Default: that of Linkerd's own gateway in the target's trust domain.",
    ).exactOptional(),
  })
  .meta({
    title: "LinkGateway",
    description: "The target's gateway. Default: none, for a Link of mode `flat`.",
  });

export const linkSchema = {
  description:
    "A Link from one cluster to another, in the source. It counts as created when the source's service mirror has taken " +
    "it up, and as deleted when its mirror Services are gone as well.",
  inputs: {
    source: cluster("The cluster of the Link, the mirror Services and the clients."),
    extension: extension("The source's extension, with a service mirror for this Link."),
    target: label(limits.clusterName, "", '"east"').describe(
      "Name of the target: the name of the Link, and the suffix of its mirror Services.",
    ),
    apiServer: output(
      text(
        "The target's API server as pods of the source reach it, for example `https://lab-east-control-plane:6443`.",
      ),
    ),
    tlsServerName: output(
      text(
        "The name by which the API server's certificate is checked. Default: the host of `apiServer`.",
      ),
    ).exactOptional(),
    access: reference<AccessAccount>(
      "The source's own account in the target.",
      token("AccessAccount"),
    ),
    mode,
    selectors: selectorsSchema
      .meta({
        ...typed("SelectorsSpec"),
        description:
          "Which Services of the target it carries, by kind of export. Default: Linkerd's own labels, for the kinds that " +
          "the mode carries.",
      })
      .exactOptional(),
    excludedLabels: metadataKeys("a label")
      .describe("Labels that mirrors don't get: keys, or `prefix/*`. Default: none.")
      .exactOptional(),
    excludedAnnotations: metadataKeys("an annotation")
      .describe(
        "Annotations that mirrors don't get: keys, or `prefix/*`. Default: kubectl's and the package's own.",
      )
      .exactOptional(),
    routes: z
      .array(reference<PodRoutes>("", token("PodRoutes")))
      .describe(
        "Pod routes of the source and of the target. A Link of mode `flat` or `mixed` is created only when they are in " +
          "place. Default: none, for pods that reach each other anyway.",
      )
      .exactOptional(),
    gateway: linkGateway.exactOptional(),
    linkerdVersion: text(
      "Linkerd's version, for example `edge-26.6.3`. `linkerd multicluster check` compares its own version with it. " +
        "Default: the Link has no version.",
    ).exactOptional(),
    trustDomain: told(trustDomain, `Of the target. Default: \`${defaults.trustDomain}\`.`),
    clusterDomain: told(clusterDomain, `Of the target. Default: \`${defaults.clusterDomain}\`.`),
  } satisfies Record<Exclude<keyof LinkArgs, "rights" | "proxies" | "anchorsShared">, z.ZodType>,
  outputs: { controllerPod: text("Pod of the service mirror that serves the Link.") },
} satisfies ResourceSchema;

export const podRoutesSchema = {
  description:
    "Routes from every node of a kind cluster to the pods of other clusters on its Docker network. Traffic needs routes in " +
    "both directions, so each cluster has `PodRoutes` with the others as peers. They count as created when they are in " +
    "place on every node.",
  inputs: {
    cluster: reference<KindCluster>("The cluster that needs the routes.", token("KindCluster")),
    peers: z
      .array(reference<KindCluster>("", token("KindCluster")))
      .describe("The clusters that the routes lead to."),
    image: text(
      "An image that the cluster has or can pull. Nothing in it is used. Default: the pause image of the sources, else " +
        "the public one.",
    ).exactOptional(),
    sourcesFile: sourcesFile("the pause image comes from"),
  } satisfies Record<keyof PodRoutesArgs | "sourcesFile", z.ZodType>,
  outputs: {},
} satisfies ResourceSchema;

export const loadBalancerSchema = {
  description:
    "MetalLB: it gives Services of type `LoadBalancer` addresses of a range, on the network that the nodes are on.",
  inputs: {
    cluster: cluster("The cluster to install it in."),
    range: text("The addresses that it gives, a CIDR of the network that the nodes are on."),
    sourcesFile: sourcesFile("its chart and images come from"),
  } satisfies Record<Exclude<keyof LoadBalancerArgs, "sources"> | "sourcesFile", z.ZodType>,
  outputs: {},
} satisfies ResourceSchema;
