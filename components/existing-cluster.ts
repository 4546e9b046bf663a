import path from "node:path";
import { ClusterGuard, ClusterIdentity, Vacancy } from "@linkerd-topology/mesh";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfigOfContext } from "../planning/clusters/kubeconfig.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { accessTo, type MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import { programPath, readProgramFile } from "./program-context.ts";

/** Arguments of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  /** Kubeconfig file, relative to the program's directory. Either this or `kubeconfigText`. */
  readonly kubeconfig?: string | undefined;
  /**
   * The kubeconfig itself, such as an output of what made the cluster (EKS, GKE, another stack). It is a secret,
   * also in the state. Either this or `kubeconfig`.
   */
  readonly kubeconfigText?: pulumi.Input<string> | undefined;
  /**
   * Context in that kubeconfig. Another context means another cluster: everything in the former one is removed
   * there.
   * @default the context that is current when the cluster is first seen, and that one from then on
   */
  readonly context?: string | undefined;
  /** UIDs of further clusters of the same mesh: two ways into one cluster are refused. @default [] */
  readonly others?: readonly pulumi.Input<string>[] | undefined;
  /**
   * Namespaces that are created in it besides Linkerd's, such as `linkerd-observability`. Where one of them is somebody
   * else's, nothing is changed.
   * @default []
   */
  readonly namespaces?: readonly string[] | undefined;
  /**
   * Others installed the Linkerd in it, which stays theirs. Otherwise the cluster must have none.
   * @default false
   */
  readonly adopted?: boolean | undefined;
}

/**
 * A cluster that already exists. It is neither created nor deleted. `destroy` removes what other components
 * installed in it.
 *
 * @throws pulumi.RunError if the kubeconfig file can't be read, or there isn't exactly one kubeconfig
 *
 * @example
 * ```ts
 * const east = new ExistingCluster("east", { kubeconfigText: eks.kubeconfigJson });
 * ```
 */
export class ExistingCluster extends pulumi.ComponentResource implements MeshCluster {
  readonly kubernetes: Provider;
  /** Contains only this context, and nothing of any other cluster. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The context that was named, or the one that was current when the cluster was first seen. */
  readonly context: pulumi.Output<string>;
  readonly uid: pulumi.Output<string>;
  /** Undefined for an adopted one, in which no namespace is the stack's. */
  readonly installation: pulumi.Output<string> | undefined;
  readonly lifetime = undefined;
  /**
   * The given file as an absolute path, because its readers work in another directory. Undefined if the kubeconfig
   * itself was given.
   */
  readonly kubeconfigPath: string | undefined;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("ExistingCluster", name, args, ["kubeconfigText", "others"]);
    const { file, content } = givenKubeconfig(name, args);
    super("linkerd-topology:index:ExistingCluster", name, {}, opts);
    this.kubeconfigPath = file;
    const way = file === undefined ? { kubeconfig: content } : { kubeconfigPath: file };
    const identity = new ClusterIdentity(name, { ...way, context: args.context }, { parent: this });
    this.context = identity.usedContext;
    this.uid = pulumi
      .all([identity.uid, pulumi.all([...(args.others ?? [])])])
      .apply(([uid, others]) => alone(name, uid, others));
    const directory = file === undefined ? programPath(".") : path.dirname(file);
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([content, identity.usedContext])
        .apply(([text, context]) => kubeconfigOfContext(text, context, directory)),
    );
    const vacancy =
      args.adopted === true
        ? undefined
        : new Vacancy(
            name,
            {
              ...way,
              context: this.context,
              clusterUid: this.uid,
              namespaces: [linkerdNamespace, multiclusterNamespace, ...(args.namespaces ?? [])],
            },
            { parent: this },
          );
    this.installation = vacancy?.installation;
    this.kubernetes = new Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        context: this.context,
        // Another address or authority in the kubeconfig may be the same cluster; another UID never is.
        clusterIdentifier: this.uid,
        enableSecretMutable: true,
        enableConfigMapMutable: true,
      },
      { parent: this, dependsOn: [vacancy ?? identity] },
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

/** The kubeconfig, and the absolute path of its file if it has one. */
function givenKubeconfig(
  cluster: string,
  { kubeconfig, kubeconfigText }: ExistingClusterArgs,
): { readonly file?: string; readonly content: pulumi.Output<string> } {
  if (kubeconfig !== undefined && kubeconfigText === undefined) {
    const content = readKubeconfig(cluster, kubeconfig);
    return { file: programPath(kubeconfig), content: pulumi.secret(content) };
  }
  if (kubeconfigText !== undefined && kubeconfig === undefined) {
    return { content: pulumi.secret(kubeconfigText) };
  }
  throw new pulumi.RunError(
    `cluster "${cluster}" has ${kubeconfig === undefined ? "no kubeconfig" : "two kubeconfigs"}. Write either ` +
      "kubeconfig, the path of a file, or kubeconfigText, the kubeconfig itself.",
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
