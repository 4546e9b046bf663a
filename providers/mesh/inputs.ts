import * as z from "zod";
import type { Properties } from "../server/index.ts";

export const text = (description: string) => z.string().describe(description);

/** A text input that identifies the resource: another value is another resource. */
export const fixedText = (description: string) =>
  z.string().meta({ description, willReplaceOnChanges: true });

export const texts = (description: string) => z.array(z.string()).describe(description);

export const accessInputs = {
  kubeconfig: z.string().exactOptional().meta({
    secret: true,
    description: "Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`.",
  }),
  kubeconfigPath: text(
    "File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`; the state then has no copy of it.",
  ).exactOptional(),
  context: text("Context of the kubeconfig. Its current context by default.").exactOptional(),
  clusterUid: text(
    "UID of the namespace kube-system of a cluster that outlives this. In any other cluster every " +
      "operation is refused, and one that does not answer does not count as gone.",
  ).exactOptional(),
};

export type Access = Properties<typeof accessInputs>;

/** Texts by the names of clusters. */
export const byCluster = (description: string, further: { readonly secret?: true } = {}) =>
  z.record(z.string(), z.string()).meta({ description, ...further });

/** Inputs of a resource that concerns several clusters. */
export const accessByCluster = {
  kubeconfigPaths: byCluster(
    "Cluster → file that holds its kubeconfig, an absolute path.",
  ).exactOptional(),
  kubeconfigs: byCluster("Cluster → its kubeconfig as text, where there is no file.", {
    secret: true,
  }).exactOptional(),
  contexts: byCluster("Cluster → context of its kubeconfig.").exactOptional(),
  clusterUids: byCluster(
    "Cluster → UID of its namespace kube-system. Any other cluster is refused.",
  ).exactOptional(),
};

export type AccessByCluster = Properties<typeof accessByCluster>;

export const triggersInput = {
  triggers: z
    .array(z.string())
    .default([])
    .describe(
      "Waits again whenever one of these changes, such as the version of a release or the uid of a Link.",
    ),
};
