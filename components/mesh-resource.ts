import * as pulumi from "@pulumi/pulumi";

/** Version of the provider plugin `linkerd-topology` that serves these resources. */
export const providerVersion = "0.1.0";

/** Access to a cluster: exactly one of `kubeconfig` and `kubeconfigPath`. */
export interface AccessArgs {
  /** Kubeconfig text. Kept as a secret. */
  kubeconfig?: pulumi.Input<string>;
  /** Path of a kubeconfig file, absolute. The state then has no copy of it. */
  kubeconfigPath?: pulumi.Input<string>;
  /** @default the current context of the kubeconfig */
  context?: pulumi.Input<string>;
  /**
   * UID of the namespace kube-system. Every operation is refused in any other cluster. @default any cluster
   * is accepted
   */
  clusterUid?: pulumi.Input<string>;
}

/** The access in the provider's form. */
export function accessProperties(args: AccessArgs): pulumi.Inputs {
  return {
    kubeconfig: args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig),
    kubeconfigPath: args.kubeconfigPath,
    context: args.context,
    clusterUid: args.clusterUid,
  };
}

/** A resource of the package's own provider. Kubeconfigs stay secret in it. */
export abstract class MeshResource extends pulumi.CustomResource {
  /**
   * @param kind name of the resource's type, such as `LinkReady`
   * @param secrets properties that hold kubeconfigs as text
   */
  constructor(
    kind: string,
    name: string,
    properties: pulumi.Inputs,
    opts: pulumi.CustomResourceOptions,
    secrets: string[] = ["kubeconfig"],
  ) {
    super(
      `linkerd-topology:index:${kind}`,
      name,
      properties,
      pulumi.mergeOptions({ version: providerVersion, additionalSecretOutputs: secrets }, opts),
    );
  }
}
