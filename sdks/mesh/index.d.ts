// Written by `npm run sdks`, out of the provider's package schema.
import * as pulumi from "@pulumi/pulumi";

export type ServiceType = "NodePort" | "LoadBalancer";

export type Protocol = "http" | "grpc";

export interface MatchArgs {
  headers?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  path?: pulumi.Input<string | undefined>;
  query?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  method?: pulumi.Input<string | undefined>;
  grpcService?: pulumi.Input<string | undefined>;
}

export interface Match {
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly method?: string;
  readonly grpcService?: string;
}

export interface BackendArgs {
  /** Service of the same namespace. */
  service: pulumi.Input<string>;
  /** Its share, in proportion to all weights. */
  weight: pulumi.Input<number>;
}

export interface Backend {
  /** Service of the same namespace. */
  readonly service: string;
  /** Its share, in proportion to all weights. */
  readonly weight: number;
}

export interface RuleArgs {
  /** Which requests the rule applies to. By default all that match no other rule. */
  match?: pulumi.Input<MatchArgs | undefined>;
  /** Services that get the requests, by weight. */
  backends: pulumi.Input<readonly pulumi.Input<BackendArgs>[]>;
}

export interface Rule {
  /** Which requests the rule applies to. By default all that match no other rule. */
  readonly match?: Match;
  /** Services that get the requests, by weight. */
  readonly backends: Backend[];
}

/** Arguments of {@link ClusterIdentity}. */
export interface ClusterIdentityArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
}

/**
 * Records at the first contact which cluster a kubeconfig leads to. Whatever creates something in
 * the cluster must depend on it: every later update and preview looks again, and fails if another
 * cluster answers.
 *
 * Only another `context` moves it to another cluster. It is replaced then.
 */
export declare class ClusterIdentity extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): ClusterIdentity;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /** UID of the namespace kube-system. */
  readonly uid: pulumi.Output<string>;
  /** Context of the kubeconfig: the one that was named, or the one that was current at first. */
  readonly usedContext: pulumi.Output<string>;

  constructor(name: string, args: ClusterIdentityArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link ClusterGuard}. */
export interface ClusterGuardArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
}

/**
 * Is deleted before everything that it depends on, and fails then unless the cluster is still the
 * same. In a cluster that outlives what is installed in it, it must depend on everything that is
 * created there: Helm and the Kubernetes provider don't compare before they delete.
 */
export declare class ClusterGuard extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): ClusterGuard;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;

  constructor(name: string, args: ClusterGuardArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link InjectorReady}. */
export interface InjectorReadyArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once pods really get their proxies: a pod that was sent to the API server as a dry run
 * came back with one. The status of the injector's Deployment comes too early, and a pod that
 * starts before silently runs without its proxy.
 */
export declare class InjectorReady extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): InjectorReady;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;
  /** Image of the proxy, as the API server put it into the pod. */
  readonly proxyImage: pulumi.Output<string>;

  constructor(name: string, args: InjectorReadyArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link LinkReady}. */
export interface LinkReadyArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /**
   * Namespace of the Link and of its service mirror. Another value recreates the resource.
   * @default "linkerd-multicluster"
   */
  namespace?: pulumi.Input<string | undefined>;
  /** Name of the Link, which is the target's. Another value recreates the resource. */
  link: pulumi.Input<string>;
  /** Whether the Link has a gateway. */
  gateway: pulumi.Input<boolean>;
  /**
   * Whether the Link carries traffic from pod to pod. The source's linkerd-destination must then
   * watch the target, and is restarted once if it doesn't.
   * @default false
   */
  discovery?: pulumi.Input<boolean | undefined>;
  /**
   * Changes whenever the credentials change. linkerd-destination is then restarted, because it would
   * never correct what it told proxies before. By default the credentials never change.
   */
  credentials?: pulumi.Input<string | undefined>;
  /**
   * The target has revoked the source's account. The source's controllers are restarted, and this
   * resource exists once none of them has access. A source that doesn't answer is then no error.
   * @default false
   */
  revoked?: pulumi.Input<boolean | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once the source's service mirror has taken up the current Link and the target accepted
 * its credentials. Readiness of the service mirror proves neither. A service mirror that is stuck
 * on an earlier Link is restarted once.
 */
export declare class LinkReady extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): LinkReady;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the Link and of its service mirror. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Link, which is the target's. */
  readonly link: pulumi.Output<string>;
  /** Whether the Link has a gateway. */
  readonly gateway: pulumi.Output<boolean>;
  /**
   * Whether the Link carries traffic from pod to pod. The source's linkerd-destination must then
   * watch the target, and is restarted once if it doesn't.
   */
  readonly discovery: pulumi.Output<boolean>;
  /**
   * Changes whenever the credentials change. linkerd-destination is then restarted, because it would
   * never correct what it told proxies before. By default the credentials never change.
   */
  readonly credentials: pulumi.Output<string | undefined>;
  /**
   * The target has revoked the source's account. The source's controllers are restarted, and this
   * resource exists once none of them has access. A source that doesn't answer is then no error.
   */
  readonly revoked: pulumi.Output<boolean>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;
  /** The service mirror's pod that works on the Link. */
  readonly controllerPod: pulumi.Output<string>;
  /** What a refresh saw in place of all that; empty where it holds. The next update waits again. */
  readonly trouble: pulumi.Output<string>;

  constructor(name: string, args: LinkReadyArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link MirrorCleanup}. */
export interface MirrorCleanupArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /**
   * Namespace of the Link and of its service mirror. Another value recreates the resource.
   * @default "linkerd-multicluster"
   */
  namespace?: pulumi.Input<string | undefined>;
  /** Name of the Link, which is the target's. Another value recreates the resource. */
  link: pulumi.Input<string>;
}

/**
 * Does nothing on creation. On deletion it removes from the source what the Link's service mirror
 * leaves behind: mirror Services and Endpoints of that target, its membership in federated
 * Services, the Lease.
 *
 * The Link must depend on it, so that it is deleted after the Link: while the Link exists, a
 * service mirror recreates what was removed. It removes nothing while a Link of that name exists.
 *
 * @example
 * ```ts
 * const cleanup = new MirrorCleanup("west-east", { kubeconfig, link: "east" });
 * const link = new k8s.apiextensions.CustomResource("west-east", {...}, { dependsOn: [cleanup] });
 * new LinkReady("west-east", { kubeconfig, link: "east", gateway: true, triggers: [link.metadata.uid] });
 * ```
 */
export declare class MirrorCleanup extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): MirrorCleanup;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the Link and of its service mirror. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Link, which is the target's. */
  readonly link: pulumi.Output<string>;

  constructor(name: string, args: MirrorCleanupArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link OwnGateway}. */
export interface OwnGatewayArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespace of the ingress. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /** Labels of its pods. All of them must match. */
  selector: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Service account of its pods. */
  serviceAccount: pulumi.Input<string>;
  /** TLS identity of its pods, which the sources' Links name. */
  identity: pulumi.Input<string>;
  /**
   * Kind of Service in front of its proxies.
   * @default "NodePort"
   */
  serviceType?: pulumi.Input<ServiceType | undefined>;
  /** Node port of the gateway, or its load balancer's port. */
  port: pulumi.Input<number>;
  /** The same of the gateway's health probe. */
  probePort: pulumi.Input<number>;
  /** Address to request for the load balancer. By default it chooses one itself. */
  loadBalancerIP?: pulumi.Input<string | undefined>;
  /** Annotations of the Service besides Linkerd's, such as those of a cloud's load balancer. */
  annotations?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Identities of the clients that the gateway accepts; `*` is everybody. */
  identities: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Where they may come from, CIDRs; `0.0.0.0/0` and `::/0` are everywhere. */
  networks: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * Makes the proxies of an ingress that somebody else runs the gateway of a cluster: a Service in
 * its namespace that leads to them, and the policies of Linkerd's own gateway. Nothing of the
 * ingress changes: that its pods are meshed and annotated is up to its owner, and `state` says
 * what is missing. If the ingress doesn't exist yet, nothing waits for it: the next update goes
 * on.
 *
 * @example
 * ```ts
 * new OwnGateway("east", {
 *   kubeconfigPath: east.kubeconfigPath,
 *   namespace: "traefik",
 *   selector: { "app.kubernetes.io/name": "traefik" },
 *   serviceAccount: "traefik",
 *   identity: "traefik.traefik.serviceaccount.identity.linkerd.cluster.local",
 *   port: 30143,
 *   probePort: 30191,
 *   identities: ["*"],
 *   networks: ["0.0.0.0/0", "::/0"],
 * });
 * ```
 */
export declare class OwnGateway extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): OwnGateway;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the ingress. */
  readonly namespace: pulumi.Output<string>;
  /** Labels of its pods. All of them must match. */
  readonly selector: pulumi.Output<Record<string, string>>;
  /** Service account of its pods. */
  readonly serviceAccount: pulumi.Output<string>;
  /** TLS identity of its pods, which the sources' Links name. */
  readonly identity: pulumi.Output<string>;
  /** Kind of Service in front of its proxies. */
  readonly serviceType: pulumi.Output<ServiceType>;
  /** Node port of the gateway, or its load balancer's port. */
  readonly port: pulumi.Output<number>;
  /** The same of the gateway's health probe. */
  readonly probePort: pulumi.Output<number>;
  /** Address to request for the load balancer. By default it chooses one itself. */
  readonly loadBalancerIP: pulumi.Output<string | undefined>;
  /** Annotations of the Service besides Linkerd's, such as those of a cloud's load balancer. */
  readonly annotations: pulumi.Output<Record<string, string> | undefined>;
  /** Identities of the clients that the gateway accepts; `*` is everybody. */
  readonly identities: pulumi.Output<string[]>;
  /** Where they may come from, CIDRs; `0.0.0.0/0` and `::/0` are everywhere. */
  readonly networks: pulumi.Output<string[]>;
  /** `serving`, or what is still awaited. */
  readonly state: pulumi.Output<string>;

  constructor(name: string, args: OwnGatewayArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link ServiceExport}. */
export interface ServiceExportArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespace of the Service. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /** Name of the Service. Another value recreates the resource. */
  service: pulumi.Input<string>;
  /** Labels by which Links select the Service. */
  labels: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
}

/**
 * Exports a Service that somebody else created: it adds labels, and on deletion removes those that
 * are its own. Nothing else of the Service changes. If the Service doesn't exist yet, nothing
 * waits for it: the next update labels it.
 *
 * @example
 * ```ts
 * new ServiceExport("web", {
 *   kubeconfigPath: east.kubeconfigPath,
 *   namespace: "shop",
 *   service: "web",
 *   labels: { "mirror.linkerd.io/exported": "true" },
 * });
 * ```
 */
export declare class ServiceExport extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): ServiceExport;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the Service. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Service. */
  readonly service: pulumi.Output<string>;
  /** Labels by which Links select the Service. */
  readonly labels: pulumi.Output<Record<string, string>>;
  /** `labelled`, or what is still awaited. */
  readonly state: pulumi.Output<string>;

  constructor(name: string, args: ServiceExportArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link TrafficRoute}. */
export interface TrafficRouteArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespace of the Service that clients call. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /** Name of the Service that clients call. Another value recreates the resource. */
  service: pulumi.Input<string>;
  /**
   * Its port that clients call. The backends have the same port. Another value recreates the
   * resource.
   * @default 80
   */
  port?: pulumi.Input<number | undefined>;
  /**
   * `http` makes an HTTPRoute, `grpc` a GRPCRoute. Another value recreates the resource.
   * @default "http"
   */
  protocol?: pulumi.Input<Protocol | undefined>;
  /**
   * Whether to create the Service as well. It has no pods; the route leads to those of another
   * cluster.
   * @default false
   */
  alias?: pulumi.Input<boolean | undefined>;
  /** Annotations of the route: Linkerd's settings for retries and time limits. Empty by default. */
  annotations?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * Annotations of the Service that clients call: Linkerd's settings for circuit breaking.
   * Annotations that others set stay. Empty by default.
   */
  serviceAnnotations?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Which requests go to which Services of the cluster, mirrors among them. */
  rules: pulumi.Input<readonly pulumi.Input<RuleArgs>[]>;
  /**
   * Cluster → `state` of its ServiceExport. While all are `labelled`, the route waits for the
   * mirrors. Empty by default.
   */
  exported?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
}

/**
 * Routes the requests for one port of a Service to Services of the same cluster, mirrors included,
 * by an HTTPRoute or a GRPCRoute. A route to a Service that doesn't exist answers its share of the
 * requests with errors. So if a Service doesn't exist yet, there is no route, and nothing waits
 * for it: the next update creates the route. Routes and Services that somebody else created are
 * never changed.
 *
 * @example
 * ```ts
 * new TrafficRoute("web", {
 *   kubeconfigPath: west.kubeconfigPath,
 *   namespace: "shop",
 *   service: "web",
 *   rules: [
 *     { backends: [{ service: "web", weight: 1_000_000 }, { service: "web-east", weight: 1 }] },
 *   ],
 * });
 * ```
 */
export declare class TrafficRoute extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): TrafficRoute;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the Service that clients call. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Service that clients call. */
  readonly service: pulumi.Output<string>;
  /** Its port that clients call. The backends have the same port. */
  readonly port: pulumi.Output<number>;
  /** `http` makes an HTTPRoute, `grpc` a GRPCRoute. */
  readonly protocol: pulumi.Output<Protocol>;
  /**
   * Whether to create the Service as well. It has no pods; the route leads to those of another
   * cluster.
   */
  readonly alias: pulumi.Output<boolean>;
  /** Annotations of the route: Linkerd's settings for retries and time limits. */
  readonly annotations: pulumi.Output<Record<string, string>>;
  /**
   * Annotations of the Service that clients call: Linkerd's settings for circuit breaking.
   * Annotations that others set stay.
   */
  readonly serviceAnnotations: pulumi.Output<Record<string, string>>;
  /** Which requests go to which Services of the cluster, mirrors among them. */
  readonly rules: pulumi.Output<Rule[]>;
  /**
   * Cluster → `state` of its ServiceExport. While all are `labelled`, the route waits for the
   * mirrors.
   */
  readonly exported: pulumi.Output<Record<string, string>>;
  /** `routed`, or what is still awaited. */
  readonly state: pulumi.Output<string>;

  constructor(name: string, args: TrafficRouteArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link FederatedReady}. */
export interface FederatedReadyArgs {
  /** Namespace of the Service in every cluster. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /** Name of the members, without `-federated`. Another value recreates the resource. */
  service: pulumi.Input<string>;
  /** Cluster that has the federated Service → its members' clusters, with commas. */
  views: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  kubeconfigPaths?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → its kubeconfig as text, where there is no file. Secret. */
  kubeconfigs?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → context of its kubeconfig. */
  contexts?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  clusterUids?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once a federated Service has all of its members in every cluster that sees it, if their
 * Services exist. If two service mirrors create the Service at the same moment, one member is left
 * out silently and forever. This touches the member until it joins.
 */
export declare class FederatedReady extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): FederatedReady;

  /** Namespace of the Service in every cluster. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the members, without `-federated`. */
  readonly service: pulumi.Output<string>;
  /** Cluster that has the federated Service → its members' clusters, with commas. */
  readonly views: pulumi.Output<Record<string, string>>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  readonly kubeconfigPaths: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → its kubeconfig as text, where there is no file. Secret. */
  readonly kubeconfigs: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → context of its kubeconfig. */
  readonly contexts: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  readonly clusterUids: pulumi.Output<Record<string, string> | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;
  /** `complete`, or what is still awaited. */
  readonly state: pulumi.Output<string>;

  constructor(name: string, args: FederatedReadyArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link ReleaseComplete}. */
export interface ReleaseCompleteArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespace of the releases. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /** Names of the Helm releases. It has to depend on them. */
  releases: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Objects that a refresh did not find. Nobody sets it: the next update makes them again. */
  missing?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Helm releases with all of their objects. Helm and Pulumi look only at Helm's records, so a
 * deleted Deployment stays away. On refresh this resource looks at the objects. Missing ones are
 * drift, and the next update recreates them from Helm's record.
 *
 * @example
 * ```ts
 * new ReleaseComplete(
 *   "gateway",
 *   { kubeconfigPath, namespace: "linkerd-multicluster", releases: ["linkerd-multicluster"] },
 *   { dependsOn: [release] },
 * );
 * ```
 */
export declare class ReleaseComplete extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): ReleaseComplete;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the releases. */
  readonly namespace: pulumi.Output<string>;
  /** Names of the Helm releases. It has to depend on them. */
  readonly releases: pulumi.Output<string[]>;
  /** Objects that a refresh did not find. Nobody sets it: the next update makes them again. */
  readonly missing: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: ReleaseCompleteArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link DefinitionsCleanup}. */
export interface DefinitionsCleanupArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Names of the CRDs that are about to be installed. */
  definitions: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Records which CRDs the cluster doesn't have
 * yet, and on deletion removes those that nobody uses. Whatever installs them must depend on it.
 */
export declare class DefinitionsCleanup extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): DefinitionsCleanup;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Names of the CRDs that are about to be installed. */
  readonly definitions: pulumi.Output<string[]>;
  /** CRDs that the cluster did not have before. */
  readonly absent: pulumi.Output<string[]>;

  constructor(name: string, args: DefinitionsCleanupArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link DefinitionsKept}. */
export interface DefinitionsKeptArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespace of the release. Another value recreates the resource. */
  namespace: pulumi.Input<string>;
  /**
   * Helm release that installs the CRDs. This resource has to depend on it. Another value recreates
   * the resource.
   */
  release: pulumi.Input<string>;
  /** Namespaces that are deleted as well; their objects don't count. */
  ownNamespaces: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Makes Helm keep the CRDs that have objects
 * of others when it uninstalls the release. Resources whose objects are deleted as well must
 * depend on it.
 */
export declare class DefinitionsKept extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): DefinitionsKept;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespace of the release. */
  readonly namespace: pulumi.Output<string>;
  /** Helm release that installs the CRDs. This resource has to depend on it. */
  readonly release: pulumi.Output<string>;
  /** Namespaces that are deleted as well; their objects don't count. */
  readonly ownNamespaces: pulumi.Output<string[]>;

  constructor(name: string, args: DefinitionsKeptArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link Vacancy}. */
export interface VacancyArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Namespaces that are about to be created, and must not be somebody else's. */
  namespaces: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Exists while these namespaces are missing
 * from the cluster, or are the stack's own, which have its mark. Whatever creates them must depend
 * on it: if somebody else installed a Linkerd, it fails and changes nothing.
 */
export declare class Vacancy extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): Vacancy;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Namespaces that are about to be created, and must not be somebody else's. */
  readonly namespaces: pulumi.Output<string[]>;
  /** Value of the annotation `linkerd-topology.dev/installation` on the stack's own namespaces. */
  readonly installation: pulumi.Output<string>;
  /** UIDs of namespaces that are the stack's own without the annotation. */
  readonly adopted: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: VacancyArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link TrustStep}. */
export interface TrustStepArgs {
  /** Generation → PEM of an anchor that every cluster is to trust. */
  anchors: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Cluster → generation that signs its issuer; empty where somebody else decides it. */
  signers: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  kubeconfigPaths?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → context of its kubeconfig. */
  contexts?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  clusterUids?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → name that kind knows it by. Whether such a cluster is yet to be made, Docker tells. */
  kindNames?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
}

/**
 * Exists once the running clusters allow the wanted change of trust. Everything that changes trust
 * in a cluster must depend on it: a step of a rotation that would interrupt traffic fails here,
 * with every reason, before anything is changed in any of them.
 */
export declare class TrustStep extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): TrustStep;

  /** Generation → PEM of an anchor that every cluster is to trust. */
  readonly anchors: pulumi.Output<Record<string, string>>;
  /** Cluster → generation that signs its issuer; empty where somebody else decides it. */
  readonly signers: pulumi.Output<Record<string, string>>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  readonly kubeconfigPaths: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → context of its kubeconfig. */
  readonly contexts: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  readonly clusterUids: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → name that kind knows it by. Whether such a cluster is yet to be made, Docker tells. */
  readonly kindNames: pulumi.Output<Record<string, string> | undefined>;

  constructor(name: string, args: TrustStepArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link VersionStep}. */
export interface VersionStepArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** Release of Linkerd, such as `edge-26.6.3`. */
  version: pulumi.Input<string>;
}

/**
 * Exists once Linkerd may go from the release that runs in a cluster to the wanted one. Whatever
 * installs the other release must depend on it.
 */
export declare class VersionStep extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): VersionStep;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** Release of Linkerd, such as `edge-26.6.3`. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: VersionStepArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link ProxiesCurrent}. */
export interface ProxiesCurrentArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /**
   * PEM of what every proxy is to trust, and nothing else. What they trust isn't looked at by
   * default.
   */
  anchors?: pulumi.Input<string | undefined>;
  /**
   * Namespaces whose workloads are restarted when the anchors or the issuer change, besides
   * Linkerd's own. Empty by default.
   */
  namespaces?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Namespaces whose workloads are restarted when Linkerd would inject another proxy, besides its
   * own. Empty by default.
   */
  upgradeNamespaces?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once the proxies of Linkerd and of the named namespaces are the ones that Linkerd would
 * inject now, trust the current anchors and have certificates of the current issuer. It restarts
 * workloads that started earlier: linkerd-identity if it may have missed its new issuer, then the
 * control plane, its extension, and the others.
 */
export declare class ProxiesCurrent extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): ProxiesCurrent;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /**
   * PEM of what every proxy is to trust, and nothing else. What they trust isn't looked at by
   * default.
   */
  readonly anchors: pulumi.Output<string | undefined>;
  /**
   * Namespaces whose workloads are restarted when the anchors or the issuer change, besides
   * Linkerd's own.
   */
  readonly namespaces: pulumi.Output<string[]>;
  /**
   * Namespaces whose workloads are restarted when Linkerd would inject another proxy, besides its
   * own.
   */
  readonly upgradeNamespaces: pulumi.Output<string[]>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;
  /**
   * What a refresh saw in place of that; empty where it holds. The next update restarts what is
   * behind.
   */
  readonly trouble: pulumi.Output<string>;

  constructor(name: string, args: ProxiesCurrentArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link AnchorsShared}. */
export interface AnchorsSharedArgs {
  /** Name of the Link's source. Another value recreates the resource. */
  source: pulumi.Input<string>;
  /** Name of the Link's target. Another value recreates the resource. */
  target: pulumi.Input<string>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  kubeconfigPaths?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → its kubeconfig as text, where there is no file. Secret. */
  kubeconfigs?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → context of its kubeconfig. */
  contexts?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  clusterUids?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once the source and the target of a Link trust the same anchors, and each other's issuer.
 * It must depend on both control planes; the Link must depend on it.
 */
export declare class AnchorsShared extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): AnchorsShared;

  /** Name of the Link's source. */
  readonly source: pulumi.Output<string>;
  /** Name of the Link's target. */
  readonly target: pulumi.Output<string>;
  /** Cluster → file that holds its kubeconfig, an absolute path. */
  readonly kubeconfigPaths: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → its kubeconfig as text, where there is no file. Secret. */
  readonly kubeconfigs: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → context of its kubeconfig. */
  readonly contexts: pulumi.Output<Record<string, string> | undefined>;
  /** Cluster → UID of its namespace kube-system. Any other cluster is refused. */
  readonly clusterUids: pulumi.Output<Record<string, string> | undefined>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;

  constructor(name: string, args: AnchorsSharedArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link IssuerReady}. */
export interface IssuerReadyArgs {
  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  kubeconfig?: pulumi.Input<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  context?: pulumi.Input<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  clusterUid?: pulumi.Input<string | undefined>;
  /** PEM of what the mesh trusts. */
  anchors: pulumi.Input<string>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link. Empty by default.
   */
  triggers?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/**
 * Exists once a cluster has an issuer that somebody else creates there, and that the mesh can
 * trust.
 */
export declare class IssuerReady extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): IssuerReady;

  /** Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
  /**
   * File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then
   * has no copy of it.
   */
  readonly kubeconfigPath: pulumi.Output<string | undefined>;
  /** Context of the kubeconfig. Its current context by default. */
  readonly context: pulumi.Output<string | undefined>;
  /**
   * UID of the namespace kube-system of a cluster that outlives this. In any other cluster every
   * operation is refused, and one that does not answer does not count as gone.
   */
  readonly clusterUid: pulumi.Output<string | undefined>;
  /** PEM of what the mesh trusts. */
  readonly anchors: pulumi.Output<string>;
  /**
   * Waits again whenever one of these changes, such as the version of a release or the uid of a
   * Link.
   */
  readonly triggers: pulumi.Output<string[]>;

  constructor(name: string, args: IssuerReadyArgs, opts?: pulumi.CustomResourceOptions);
}
