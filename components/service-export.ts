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
 * Exports a Service that somebody else created: it adds labels, and on deletion removes those that are its
 * own. Nothing else of the Service changes. If the Service doesn't exist yet, nothing waits for it: the next
 * update labels it.
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
  /** `labelled`, or what is still awaited. */
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
