import type * as pulumi from "@pulumi/pulumi";
import { multiclusterNamespace } from "../planning/names.ts";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

export interface InjectorReadyArgs extends AccessArgs {
  /** Waits again whenever one of these changes, such as the version of the control plane's release. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once pods really get their proxies: a pod that was sent to the API server as a dry run came back
 * with one. The status of the injector's Deployment comes too early, and a pod that starts before silently
 * runs without its proxy.
 */
export class InjectorReady extends MeshResource {
  /** Image of the proxy, as the API server put it into the pod. */
  declare readonly proxyImage: pulumi.Output<string>;

  constructor(name: string, args: InjectorReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "InjectorReady",
      name,
      {
        ...accessProperties(args),
        triggers: args.triggers ?? [],
        proxyImage: undefined,
      },
      opts,
    );
  }
}

/** Arguments of {@link LinkReady}. The access is that of the source. */
export interface LinkReadyArgs extends AccessArgs {
  /** Namespace of the Link and of its service mirror. @default "linkerd-multicluster" */
  namespace?: pulumi.Input<string>;
  /** Name of the Link, which is the target's name. */
  link: pulumi.Input<string>;
  /** Whether the Link has a gateway. */
  gateway: pulumi.Input<boolean>;
  /**
   * Whether the Link carries traffic from pod to pod. The source's linkerd-destination must then watch the
   * target, and is restarted once if it doesn't. @default false
   */
  discovery?: pulumi.Input<boolean>;
  /**
   * Changes whenever the credentials change. linkerd-destination is then restarted, because it would never
   * correct what it told proxies before. @default the credentials never change
   */
  credentials?: pulumi.Input<string>;
  /**
   * The target has revoked the source's account. The source's controllers are restarted, and this resource
   * exists once none of them has access. A source that doesn't answer is then no error. @default false
   */
  revoked?: pulumi.Input<boolean>;
  /** Waits again whenever one of these changes, such as the Link's uid. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once the source's service mirror has taken up the current Link and the target accepted its
 * credentials. Readiness of the service mirror proves neither. A service mirror that is stuck on an earlier
 * Link is restarted once.
 */
export class LinkReady extends MeshResource {
  /** The service mirror's pod that works on the Link. */
  declare readonly controllerPod: pulumi.Output<string>;
  /** What a refresh saw instead; empty if all is well. The next update waits again. */
  declare readonly trouble: pulumi.Output<string>;

  constructor(name: string, args: LinkReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "LinkReady",
      name,
      {
        ...accessProperties(args),
        namespace: args.namespace ?? multiclusterNamespace,
        link: args.link,
        gateway: args.gateway,
        discovery: args.discovery ?? false,
        credentials: args.credentials,
        revoked: args.revoked ?? false,
        triggers: args.triggers ?? [],
        controllerPod: undefined,
        trouble: undefined,
      },
      opts,
    );
  }
}

/** Arguments of {@link MirrorCleanup}. The access is that of the source. */
export interface MirrorCleanupArgs extends AccessArgs {
  /** Namespace of the Link. @default "linkerd-multicluster" */
  namespace?: pulumi.Input<string>;
  /** Name of the Link, which is the target's name. */
  link: pulumi.Input<string>;
}

/**
 * Does nothing on creation. On deletion it removes from the source what the Link's service mirror leaves
 * behind: mirror Services and Endpoints of that target, its membership in federated Services, the Lease.
 *
 * The Link must depend on it, so that it is deleted after the Link: while the Link exists, a service mirror
 * recreates what was removed. It removes nothing while a Link of that name exists.
 *
 * @example
 * ```ts
 * const cleanup = new MirrorCleanup("west-east", { kubeconfig, link: "east" });
 * const link = new k8s.apiextensions.CustomResource("west-east", {...}, { dependsOn: [cleanup] });
 * new LinkReady("west-east", { kubeconfig, link: "east", gateway: true, triggers: [link.metadata.uid] });
 * ```
 */
export class MirrorCleanup extends MeshResource {
  constructor(name: string, args: MirrorCleanupArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "MirrorCleanup",
      name,
      {
        ...accessProperties(args),
        namespace: args.namespace ?? multiclusterNamespace,
        link: args.link,
      },
      opts,
    );
  }
}
