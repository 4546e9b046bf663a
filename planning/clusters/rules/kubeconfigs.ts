import { contextsOf, proxyOf } from "../kubeconfig.ts";
import { listNames, type RuleProblem, show } from "../../topology/problem.ts";
import { proxyFault } from "../../../system/proxy-for.ts";
import { unexpanded } from "../../../system/resolve-path.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import { didYouMean } from "../../topology/suggest.ts";

/** What kubeconfigs are looked at with. */
export interface KubeconfigContext {
  /** The text of a file that the topology names. Throws the reason where it can't be read. */
  readonly readFile: (path: string) => string;
}

/** Kubeconfigs of clusters that exist: refused here rather than once other clusters were made. */
export function* kubeconfigRules(
  { clusters }: RuleInput,
  around: KubeconfigContext | undefined,
): Iterable<RuleProblem> {
  if (around === undefined) return;
  for (const cluster of clusters) yield* checkKubeconfig(cluster, around);
}

function* checkKubeconfig(
  { path, spec }: DraftCluster,
  { readFile }: KubeconfigContext,
): Iterable<RuleProblem> {
  const { kubeconfig, context } = spec;
  if (kubeconfig === undefined) return;
  const unusable = (why: string): RuleProblem => ({
    path: [...path, "kubeconfig"],
    message: `${show(kubeconfig)} ${why}`,
    fix: "write the path of the cluster's kubeconfig",
  });
  let text: string;
  try {
    text = readFile(kubeconfig);
  } catch (error) {
    if (kubeconfig.includes(":")) {
      yield {
        ...unusable("names several files, and a cluster has one"),
        fix:
          "write the one that has the cluster's context, or merge them: " +
          `KUBECONFIG=${kubeconfig} kubectl config view --flatten > merged.kubeconfig`,
      };
      return;
    }
    const hint = unexpanded(kubeconfig);
    yield unusable(`can't be read: ${(error as Error).message}${hint ? ` (${hint})` : ""}`);
    return;
  }
  const contexts = contextsOf(text);
  if (contexts.length === 0) {
    yield unusable("is not a kubeconfig: it is not YAML with contexts");
  } else if (context !== undefined && !contexts.includes(context)) {
    yield {
      path: [...path, "context"],
      message: `${show(context)} is not a context of ${show(kubeconfig)}, which has ${listNames(contexts)}`,
      fix: didYouMean(context, contexts) ?? "write the name of one of its contexts",
    };
  }
  const proxy = proxyOf(text, context);
  const fault = proxy === undefined ? undefined : proxyFault(proxy);
  if (fault === undefined) return;
  yield {
    path: [...path, "kubeconfig"],
    message: `proxy-url of its cluster in ${show(kubeconfig)} ${fault.message}`,
    fix: fault.fix,
  };
}
