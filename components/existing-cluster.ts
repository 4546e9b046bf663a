import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { given } from "./given.ts";
import { Vacancy } from "./installation.ts";
import { accessTo, type MeshCluster } from "./mesh-cluster.ts";
import { controlPlaneNamespace } from "./control-plane.ts";
import { multiclusterNamespace } from "./multicluster.ts";
import { programPath, readProgramFile } from "./program-context.ts";

/** Arguments of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  /** Kubeconfig file, relative to the program's directory. */
  readonly kubeconfig: string;
  /** Context in that file. @default the file's current context */
  readonly context?: string | undefined;
}

/**
 * A cluster that exists already. It is not created and never deleted; what other components installed
 * in it is removed by `destroy`.
 *
 * @throws pulumi.RunError if the kubeconfig file cannot be read.
 */
export class ExistingCluster extends pulumi.ComponentResource implements MeshCluster {
  readonly kubernetes: Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly context: string | undefined;
  readonly lifetime = undefined;
  /** The file that was given, as an absolute path: whoever asks for it works in another directory. */
  readonly kubeconfigPath: string;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const content = readKubeconfig(name, args.kubeconfig);
    super("linkerd-topology:index:ExistingCluster", name, {}, opts);
    this.kubeconfig = pulumi.secret(content);
    this.context = args.context;
    this.kubeconfigPath = programPath(args.kubeconfig);
    const vacancy = new Vacancy(
      name,
      {
        ...accessTo(this),
        namespaces: [controlPlaneNamespace, multiclusterNamespace],
      },
      { parent: this },
    );
    this.kubernetes = new Provider(
      name,
      given({
        kubeconfig: this.kubeconfig,
        context: args.context,
        // No `clusterIdentifier`: the provider then takes another server or authority in the kubeconfig
        // for another cluster, and other credentials or another place of the file for the same one.
        enableSecretMutable: true,
      }),
      { parent: this, dependsOn: [vacancy] },
    );
    this.registerOutputs({ kubeconfigPath: this.kubeconfigPath });
  }
}

function readKubeconfig(cluster: string, path: string): string {
  try {
    return readProgramFile(path);
  } catch (error) {
    throw new pulumi.RunError(
      `cluster "${cluster}": its kubeconfig ${path} cannot be read: ${(error as Error).message}. ` +
        "Write the path of a readable kubeconfig file, relative to the program's directory.",
    );
  }
}
