import { createHash } from "node:crypto";
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
import type { LinkPlan } from "../planning/plan-types.ts";
import type { AccessCredentials } from "./access-account.ts";
import { definedOnly } from "./defined-only.ts";
import { LinkReady, MirrorCleanup } from "./gates.ts";
import { linkObjectSpec } from "./link-object-spec.ts";
import { accessTo, inCluster, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import { type Multicluster } from "./multicluster.ts";
import type { PodRoutes } from "./pod-routes.ts";

/** Arguments of {@link Link}. */
export interface LinkArgs {
  /** Where the Link, the mirror Services and the clients are. */
  readonly source: MeshCluster;
  /** The source's extension, with a controller for this Link. */
  readonly extension: Pick<Multicluster, "installed">;
  /** Name of the target: of the Link, and the suffix of its mirror Services. */
  readonly target: string;
  /** The target's API server as pods of the source reach it, such as `https://10.1.2.3:6443`. */
  readonly apiServer: pulumi.Input<string>;
  /** The name that the API server's certificate is checked by. @default the host of `apiServer` */
  readonly tlsServerName?: pulumi.Input<string | undefined>;
  /**
   * Credentials of the account in the target that this source has to itself; undefined where it is revoked.
   * What is in the source then stays as it is, but for controllers that still work with what they had.
   */
  readonly access: AccessCredentials | undefined;
  /** What gives the account its rights, or has taken them away. @default [] */
  readonly rights?: readonly pulumi.Resource[];
  /** Which kinds of export the Link carries. */
  readonly mode: LinkPlan["mode"];
  /** Which Services of the target it carries, by kind. @default Linkerd's own labels, where the mode carries the kind */
  readonly selectors?: LinkPlan["selectors"];
  /** Labels that mirrors don't take over: keys, or `prefix/*`. @default [] */
  readonly excludedLabels?: readonly string[];
  /** Annotations that mirrors don't take over: keys, or `prefix/*`. @default kubectl's and the package's own */
  readonly excludedAnnotations?: readonly string[];
  /**
   * Pod routes of the source and of the target: a Link of mode `flat` or `mixed` is created only when
   * they are in place. @default [], where pods reach each other anyway
   */
  readonly routes?: readonly Pick<PodRoutes, "ready">[];
  /**
   * What has to have proved the proxies of both ends, before the Link counts as taken up: a gateway with an
   * earlier proxy may never become alive. @default nothing
   */
  readonly proxies?: readonly pulumi.Resource[];
  /** The target's gateway. @default none, for a Link of mode `flat` */
  readonly gateway?: LinkPlan["gateway"];
  /**
   * Linkerd's version, such as `edge-26.1.1`: `linkerd multicluster check` compares what a Link says to
   * have been made by with itself. @default the Link doesn't say
   */
  readonly linkerdVersion?: string;
  /**
   * What has to have compared the anchors of both ends before anything of the Link is made.
   * @default nothing, where they are the same by their making
   */
  readonly anchorsShared?: pulumi.Resource | undefined;
  /** Of the target. @default "cluster.local" */
  readonly trustDomain?: string;
  /** Of the target. @default "cluster.local" */
  readonly clusterDomain?: string;
}

/**
 * A Link from one cluster to another, in the source. Created means that the source's service mirror has
 * taken it up; deleted, that the mirror Services it made are gone as well.
 */
export class Link extends pulumi.ComponentResource {
  /** Pod of the service mirror that serves the Link. */
  readonly controllerPod: pulumi.Output<string>;

  constructor(name: string, args: LinkArgs, opts?: pulumi.ComponentResourceOptions) {
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
    // Where the API server is belongs to the credentials: controllers read it once, as they do the token.
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
          // linkerd-destination reads it when it appears and never again: a change in place would leave
          // it with the old credentials, and flat traffic dead, while every check is green.
          replaceOnChanges: ["*"],
          deleteBeforeReplace: true,
          // Kubernetes' provider may keep one as the other.
          ignoreChanges: revoked ? ["stringData", "data"] : [],
          // Whoever is refused when the credentials appear never asks again.
          dependsOn: [args.extension.installed, ...shared, ...rights],
        }),
      );
    const forServiceMirror = secret(`${name}-service-mirror`, { namespace: multiclusterNamespace });
    // Through a gateway a source never learns of a pod: linkerd-destination has nothing to ask for.
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
    const spec = revision.apply((credentialsRevision) =>
      linkObjectSpec({
        target,
        gateway: args.gateway,
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

/** What stands where credentials would, in a source that never had any: nobody lets it in anywhere. */
const revokedAccess = {
  token: pulumi.output("revoked"),
  caCertificate: pulumi.output(""),
  revision: pulumi.output("revoked"),
} as const satisfies AccessCredentials;

function digest(spec: unknown): string {
  return createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 12);
}

/** A kubeconfig, as JSON, which is YAML. */
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
