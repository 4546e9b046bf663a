import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/** Arguments of {@link VersionStep}. */
export interface VersionStepArgs extends AccessArgs {
  /** Release of Linkerd, such as `edge-26.6.3`. */
  version: pulumi.Input<string>;
}

/**
 * Exists once Linkerd may go from the running release to the wanted one. Whatever installs the other release
 * must depend on it.
 */
export class VersionStep extends MeshResource {
  constructor(name: string, args: VersionStepArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("VersionStep", name, { ...accessProperties(args), version: args.version }, opts);
  }
}
