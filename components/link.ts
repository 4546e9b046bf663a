import { createHash } from "node:crypto";
import { LinkReady, MirrorCleanup } from "@linkerd-topology/mesh";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { planSelectors } from "../planning/links/selectors.ts";
import {
  type ApiServer,
  credentialsName,
  linkerdNamespace,
  multiclusterNamespace,
} from "../planning/names.ts";
import type { GatewayPlan, LinkPlan } from "../planning/plan-types.ts";
import type { AccessCredentials } from "./access-account.ts";
import { definedOnly } from "./defined-only.ts";
import { linkObjectSpec } from "./link-object-spec.ts";
import { accessTo, inCluster, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import { type Multicluster } from "./multicluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import type { PodRoutes } from "./pod-routes.ts";

/** A target's gateway, as the sources reach it. */
export interface LinkGateway extends Pick<GatewayPlan, "port" | "probePort" | "identity"> {
  /**
   * At least one host name or IPv4 address, such as the host name of a load balancer that another program made. A
   * change updates the Link in place.
   */
  readonly addresses: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** Arguments of {@link Link}. */
export interface LinkArgs {
  /** The cluster of the Link, the mirror Services and the clients. */
  readonly source: MeshCluster;
  /** The source's extension, with a service mirror for this Link. */
  readonly extension: Pick<Multicluster, "installed">;
  /** Name of the target: the name of the Link, and the suffix of its mirror Services. */
  readonly target: string;
  /** The target's API server as pods of the source reach it, for example `https://10.1.2.3:6443`. */
  readonly apiServer: pulumi.Input<string>;
  /** The name by which the API server's certificate is checked. @default the host of `apiServer` */
  readonly tlsServerName?: pulumi.Input<string | undefined>;
  /**
   * Credentials of this source's own account in the target. Undefined if the account is revoked. Then
   * everything in the source stays, except controllers that still use the old credentials.
   */
  readonly access: AccessCredentials | undefined;
  /** What has granted or removed the account's rights. @default [] */
  readonly rights?: readonly pulumi.Resource[];
  /** Which kinds of export the Link carries. */
  readonly mode: LinkPlan["mode"];
  /**
   * Which Services of the target it carries, by kind of export. @default Linkerd's own labels, for the kinds
   * that the mode carries
   */
  readonly selectors?: LinkPlan["selectors"];
  /** Labels that mirrors don't get: keys, or `prefix/*`. @default [] */
  readonly excludedLabels?: readonly string[];
  /** Annotations that mirrors don't get: keys, or `prefix/*`. @default kubectl's and the package's own */
  readonly excludedAnnotations?: readonly string[];
  /**
   * Pod routes of the source and of the target. A Link of mode `flat` or `mixed` is created only when they
   * are in place. @default [], for pods that reach each other anyway
   */
  readonly routes?: readonly Pick<PodRoutes, "ready">[];
  /**
   * What must have proved the proxies of both ends before the Link counts as taken up: a gateway with an
   * earlier proxy may never become alive. @default nothing
   */
  readonly proxies?: readonly pulumi.Resource[];
  /** The target's gateway. @default none, for a Link of mode `flat` */
  readonly gateway?: LinkGateway | undefined;
  /**
   * Linkerd's version, for example `edge-26.1.1`. `linkerd multicluster check` compares its own version with
   * it. @default the Link has no version
   */
  readonly linkerdVersion?: string;
  /**
   * What must have compared the anchors of both ends before anything of the Link is created.
   * @default nothing, if the package made both ends with the same anchors
   */
  readonly anchorsShared?: pulumi.Resource | undefined;
  /** Of the target. @default "cluster.local" */
  readonly trustDomain?: string;
  /** Of the target. @default "cluster.local" */
  readonly clusterDomain?: string;
}

/**
 * A Link from one cluster to another, in the source. It counts as created when the source's service mirror
 * has taken it up, and as deleted when its mirror Services are gone as well.
 */
export class Link extends pulumi.ComponentResource {
  /** Pod of the service mirror that serves the Link. */
  readonly controllerPod: pulumi.Output<string>;

  constructor(name: string, args: LinkArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Link", name, args, [
      "source",
      "extension",
      "apiServer",
      "tlsServerName",
      "gateway.addresses",
      "access",
      "rights",
      "routes",
      "proxies",
      "anchorsShared",
    ]);
    super("linkerd-topology:index:Link", name, {}, opts);
    const { source, target } = args;
    const shared = args.anchorsShared === undefined ? [] : [args.anchorsShared];
    const revoked = args.access === undefined;
    const access = args.access ?? revokedAccess;
    const apiServer = pulumi.output(
      definedOnly({ server: args.apiServer, tlsServerName: args.tlsServerName }),
    );
    const kubeconfig = pulumi
      .all([apiServer, access.token, access.caCertificate])
      .apply(([api, token, ca]) => credentials(target, api, token, ca));
    // The address of the API server is part of the credentials: controllers read it once, like the token.
    const revision = revoked
      ? access.revision
      : pulumi.all([access.revision, apiServer]).apply(([token, api]) => `${token}-${digest(api)}`);
    const rights = args.rights ?? [];
    const secret = (
      logicalName: string,
      metadata: {
        namespace: string;
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
      },
    ) =>
      new Secret(
        logicalName,
        {
          metadata: { name: credentialsName(target), ...metadata },
          type: "mirror.linkerd.io/remote-kubeconfig",
          stringData: { kubeconfig },
          immutable: true,
        },
        inCluster(source, this, {
          // linkerd-destination reads it when it appears and never again. A change in place would leave it
          // with the old credentials: flat traffic would stop, and every check would pass.
          replaceOnChanges: ["*"],
          deleteBeforeReplace: true,
          // Kubernetes' provider may store one as the other.
          ignoreChanges: revoked ? ["stringData", "data"] : [],
          // If linkerd-destination is refused when the credentials appear, it never asks again.
          dependsOn: [args.extension.installed, ...shared, ...rights],
        }),
      );
    const forServiceMirror = secret(`${name}-service-mirror`, { namespace: multiclusterNamespace });
    // Through a gateway a source never learns about pods, so linkerd-destination has nothing to ask for.
    const discovery = args.mode !== "gateway";
    const forDestination =
      discovery &&
      secret(`${name}-destination`, {
        namespace: linkerdNamespace,
        labels: { "multicluster.linkerd.io/cluster-name": target },
        annotations: {
          "multicluster.linkerd.io/trust-domain": args.trustDomain ?? "cluster.local",
          "multicluster.linkerd.io/cluster-domain": args.clusterDomain ?? "cluster.local",
        },
      });
    const spec = pulumi.all([revision, args.gateway]).apply(([credentialsRevision, gateway]) =>
      linkObjectSpec({
        target,
        gateway,
        selectors: args.selectors ?? planSelectors(args.mode),
        excludedLabels: args.excludedLabels ?? [],
        excludedAnnotations: args.excludedAnnotations ?? [],
        clusterDomain: args.clusterDomain ?? "cluster.local",
        linkerdNamespace,
        credentialsRevision,
      }),
    );
    const onSource = { ...accessTo(source), namespace: multiclusterNamespace, link: target };
    const cleanup = new MirrorCleanup(name, onSource, onCluster(source, this));
    const link = new CustomResource(
      name,
      {
        apiVersion: "multicluster.linkerd.io/v1alpha3",
        kind: "Link",
        metadata: {
          name: target,
          namespace: multiclusterNamespace,
          ...(args.linkerdVersion !== undefined && {
            annotations: { "linkerd.io/created-by": `linkerd/cli ${args.linkerdVersion}` },
          }),
        },
        spec,
      },
      inCluster(source, this, {
        ignoreChanges: revoked ? ["spec"] : [],
        dependsOn: [
          args.extension.installed,
          cleanup,
          forServiceMirror,
          ...(forDestination === false ? [] : [forDestination]),
          ...shared,
        ],
      }),
    );
    const routes = discovery ? (args.routes ?? []).map(({ ready }) => ready) : [];
    const gate = new LinkReady(
      name,
      {
        ...onSource,
        gateway: args.gateway !== undefined,
        discovery,
        revoked,
        credentials: revision,
        triggers: [spec.apply(digest)],
      },
      onCluster(source, this, { dependsOn: [link, ...routes, ...rights, ...(args.proxies ?? [])] }),
    );
    this.controllerPod = gate.controllerPod;
    this.registerOutputs({ controllerPod: this.controllerPod });
  }
}

/** In place of credentials, for a source that never had any. It gives access to nothing. */
const revokedAccess = {
  token: pulumi.output("revoked"),
  caCertificate: pulumi.output(""),
  revision: pulumi.output("revoked"),
} as const satisfies AccessCredentials;

function digest(spec: unknown): string {
  return createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 12);
}

/** A kubeconfig as JSON, which is also YAML. */
function credentials(
  target: string,
  { server, tlsServerName }: ApiServer,
  token: string,
  ca: string,
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: target,
        cluster: {
          server,
          ...(tlsServerName !== undefined && { "tls-server-name": tlsServerName }),
          "certificate-authority-data": Buffer.from(ca).toString("base64"),
        },
      },
    ],
    users: [{ name: target, user: { token } }],
    contexts: [{ name: target, context: { cluster: target, user: target } }],
    "current-context": target,
  });
}
