import * as pulumi from "@pulumi/pulumi";

/** Version of the provider plugin `linkerd-topology` that serves these resources. */
const version = "0.1.0";

export interface InjectorReadyArgs {
  /** Kubeconfig, as text. Kept as a secret. */
  kubeconfig: pulumi.Input<string>;
  /** @default the current context of the kubeconfig */
  context?: pulumi.Input<string>;
  /** Waits again whenever one of these changes, such as the version of the control plane's release. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once pods really get their proxies: a pod that was sent to the API server as a dry run came back
 * with one. The injector's Deployment says so too early, and a pod that comes before runs on without its
 * proxy, silently.
 */
export class InjectorReady extends pulumi.CustomResource {
  /** Image of the proxy, as the API server put it into the pod. */
  declare readonly proxyImage: pulumi.Output<string>;

  constructor(name: string, args: InjectorReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "linkerd-topology:index:InjectorReady",
      name,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        context: args.context,
        triggers: args.triggers ?? [],
        proxyImage: undefined,
      },
      pulumi.mergeOptions({ version, additionalSecretOutputs: ["kubeconfig"] }, opts),
    );
  }
}

export interface LinkReadyArgs {
  /** Kubeconfig of the source, as text. Kept as a secret. */
  kubeconfig: pulumi.Input<string>;
  /** @default the current context of the kubeconfig */
  context?: pulumi.Input<string>;
  /** Namespace of the Link and of its service mirror. @default "linkerd-multicluster" */
  namespace?: pulumi.Input<string>;
  /** Name of the Link, which is the target's. */
  link: pulumi.Input<string>;
  /** Whether the Link has a gateway. */
  gateway: pulumi.Input<boolean>;
  /** Waits again whenever one of these changes, such as the Link's or its credentials' uid. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once the source's service mirror has taken up the Link as it stands and the target accepted its
 * credentials. Readiness of the service mirror proves neither.
 */
export class LinkReady extends pulumi.CustomResource {
  /** The service mirror's pod that works on the Link. */
  declare readonly controllerPod: pulumi.Output<string>;

  constructor(name: string, args: LinkReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "linkerd-topology:index:LinkReady",
      name,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        context: args.context,
        namespace: args.namespace ?? "linkerd-multicluster",
        link: args.link,
        gateway: args.gateway,
        triggers: args.triggers ?? [],
        controllerPod: undefined,
      },
      pulumi.mergeOptions({ version, additionalSecretOutputs: ["kubeconfig"] }, opts),
    );
  }
}

export interface MirrorCleanupArgs {
  /** Kubeconfig of the source, as text. Kept as a secret. */
  kubeconfig: pulumi.Input<string>;
  /** @default the current context of the kubeconfig */
  context?: pulumi.Input<string>;
  /** Namespace of the Link. @default "linkerd-multicluster" */
  namespace?: pulumi.Input<string>;
  /** Name of the Link, which is the target's. */
  link: pulumi.Input<string>;
}

/**
 * Does nothing when it is created; when it is deleted it removes from the source what the Link's service
 * mirror leaves behind: mirror Services and Endpoints of that target, its membership in federated
 * Services, the Lease.
 *
 * The Link has to depend on it, so that it is deleted after the Link: as long as there is a Link, a
 * service mirror puts back what was taken away. While a Link of that name exists it removes nothing.
 *
 * @example
 * ```ts
 * const cleanup = new MirrorCleanup("west-east", { kubeconfig, link: "east" });
 * const link = new k8s.apiextensions.CustomResource("west-east", {...}, { dependsOn: [cleanup] });
 * new LinkReady("west-east", { kubeconfig, link: "east", gateway: true, triggers: [link.metadata.uid] });
 * ```
 */
export class MirrorCleanup extends pulumi.CustomResource {
  constructor(name: string, args: MirrorCleanupArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "linkerd-topology:index:MirrorCleanup",
      name,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        context: args.context,
        namespace: args.namespace ?? "linkerd-multicluster",
        link: args.link,
      },
      pulumi.mergeOptions({ version, additionalSecretOutputs: ["kubeconfig"] }, opts),
    );
  }
}
