import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/** Arguments of {@link ServiceExport}. */
export interface ServiceExportArgs extends AccessArgs {
  /** Namespace of the Service. */
  namespace: pulumi.Input<string>;
  /** Name of the Service. */
  service: pulumi.Input<string>;
  /** Labels by which Links select it. */
  labels: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Exports a Service that somebody else made: puts labels on it and, when it is deleted, takes those away
 * that are its own. Everything else of the Service stays. While there is no such Service it waits
 * without holding anything up: the next update labels it.
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
export class ServiceExport extends MeshResource {
  /** `labelled`, or what is still waited for. */
  declare readonly state: pulumi.Output<string>;

  constructor(name: string, args: ServiceExportArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "ServiceExport",
      name,
      {
        ...accessProperties(args),
        namespace: args.namespace,
        service: args.service,
        labels: args.labels,
        state: undefined,
      },
      opts,
    );
  }
}
