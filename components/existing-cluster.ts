import path from "node:path";
import { ClusterGuard, ClusterIdentity, Vacancy } from "@linkerd-topology/mesh";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfigOfContext } from "../planning/clusters/kubeconfig.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { accessTo, type MeshCluster } from "./mesh-cluster.ts";
import { programPath, readProgramFile } from "./program-context.ts";

/** Arguments of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  /** Kubeconfig file, relative to the program's directory. */
  readonly kubeconfig: string;
  /**
   * Context in that file. Another context means another cluster: everything in the former one is removed
   * there.
   * @default the context that is current when the cluster is first seen, and that one from then on
   */
  readonly context?: string | undefined;
  /** UIDs of further clusters of the same mesh: two ways into one cluster are refused. @default [] */
  readonly others?: readonly pulumi.Input<string>[] | undefined;
}

/**
 * A cluster that already exists. It is neither created nor deleted. `destroy` removes what other components
 * installed in it.
 *
 * @throws pulumi.RunError if the kubeconfig file can't be read.
 */
export class ExistingCluster extends pulumi.ComponentResource implements MeshCluster {
  readonly kubernetes: Provider;
  /** Contains only this context, and nothing of any other cluster. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The context that was named, or the one that was current when the cluster was first seen. */
  readonly context: pulumi.Output<string>;
  readonly uid: pulumi.Output<string>;
  readonly installation: pulumi.Output<string>;
  readonly lifetime = undefined;
  /** The given file as an absolute path, because its readers work in another directory. */
  readonly kubeconfigPath: string;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const content = readKubeconfig(name, args.kubeconfig);
    super("linkerd-topology:index:ExistingCluster", name, {}, opts);
    this.kubeconfigPath = programPath(args.kubeconfig);
    const identity = new ClusterIdentity(
      name,
      { kubeconfigPath: this.kubeconfigPath, context: args.context },
      { parent: this },
    );
    this.context = identity.usedContext;
    this.uid = pulumi
      .all([identity.uid, pulumi.all([...(args.others ?? [])])])
      .apply(([uid, others]) => alone(name, uid, others));
    this.kubeconfig = pulumi.secret(
      identity.usedContext.apply((context) =>
        kubeconfigOfContext(content, context, path.dirname(this.kubeconfigPath)),
      ),
    );
    const vacancy = new Vacancy(
      name,
      {
        kubeconfigPath: this.kubeconfigPath,
        context: this.context,
        clusterUid: this.uid,
        namespaces: [linkerdNamespace, multiclusterNamespace],
      },
      { parent: this },
    );
    this.installation = vacancy.installation;
    this.kubernetes = new Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        context: this.context,
        // Another address or authority in the kubeconfig may be the same cluster; another UID never is.
        clusterIdentifier: this.uid,
        enableSecretMutable: true,
      },
      { parent: this, dependsOn: [vacancy] },
    );
    this.registerOutputs({ kubeconfigPath: this.kubeconfigPath });
  }

  /**
   * Makes sure that nothing of this stack is ever deleted in another cluster. Call it once, with everything
   * that was created in this one.
   */
  guard(name: string, contents: readonly pulumi.Resource[]): void {
    new ClusterGuard(name, accessTo(this), { parent: this, dependsOn: [...contents] });
  }
}

/** Each would install its Linkerd over the other one's. */
function alone(cluster: string, uid: string, others: readonly string[]): string {
  if (!others.includes(uid)) return uid;
  throw new pulumi.RunError(
    `cluster "${cluster}" is the same as another cluster of the topology: both have the UID ${uid} (of the ` +
      "namespace kube-system). Leave out one of them, or correct its kubeconfig or context.",
  );
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
