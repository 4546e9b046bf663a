import { describeOther, readClusterUid } from "../../kubernetes/known-cluster.ts";
import { AnotherCluster } from "../../kubernetes/errors.ts";
import type { DiffResult, PropertyMap, Resource } from "../server/index.ts";
import { containsUnknown, diffInputs, unknown } from "../server/index.ts";
import { accessOf, clusterApi, clusterToCleanUp } from "./cluster-api.ts";
import { accessInputs, checkInputs, diffInCluster, outputsOf, schemaOf, text } from "./inputs.ts";

const { kubeconfig, kubeconfigPath, context } = accessInputs;
const inputs = { kubeconfig, kubeconfigPath, context };

/** Which cluster answered, and in which context of the kubeconfig it was asked. */
interface Seen {
  readonly uid: string;
  readonly usedContext: string;
}

/**
 * Notes at the first contact which cluster a kubeconfig leads to: the context, and the UID of the namespace
 * kube-system. From then on it is looked at again in every update and preview, before anything else is done
 * in that cluster. What makes something in the cluster has to depend on it.
 *
 * The current context of the file counts once; afterwards the noted one does. A topology that names another
 * context moves: where another cluster answers there, this is replaced, and with it all that is in the
 * cluster. Another cluster behind the same context is refused.
 */
export const clusterIdentity: Resource = {
  type: "linkerd-topology:index:ClusterIdentity",
  schema: schemaOf("Which cluster a kubeconfig leads to, noted at the first contact.", inputs, {
    uid: { type: "string", description: "UID of the namespace kube-system." },
    usedContext: { type: "string", description: "Context of the kubeconfig, by its name." },
  }),
  check: ({ news }) => checkInputs(inputs, news),
  diff: async ({ oldInputs, oldOutputs, newInputs }) => {
    const edited = diffInputs(oldInputs, newInputs, []);
    if (containsUnknown(newInputs)) return edited;
    const seen = await look(newInputs, oldOutputs);
    return { changes: { ...edited.changes, ...moves(newInputs, oldOutputs, seen) } };
  },
  preview: async (news, olds) => {
    if (containsUnknown(news)) return { ...news, uid: unknown, usedContext: unknown };
    return outputsOf(news, { ...(await look(news, olds ?? {})) });
  },
  create: async (request, { signal }) => ({
    id: "cluster",
    outputs: outputsOf(request.inputs, { ...(await look(request.inputs, {}, signal)) }),
  }),
  update: async ({ oldOutputs, newInputs }, { signal }) => {
    const seen = await look(newInputs, oldOutputs, signal);
    return outputsOf(newInputs, { ...seen });
  },
  read: async (request, { signal }) => {
    const { uid, usedContext } = request.outputs;
    const api = await clusterApi(
      { ...request.outputs, context: usedContext ?? "", clusterUid: uid ?? "" },
      signal,
    );
    await api.get("/version");
    return { id: request.id, inputs: request.inputs, outputs: outputsOf(request.outputs) };
  },
  delete: async () => {
    // Whatever depended on it compared before it deleted anything.
  },
};

/**
 * The last of what a stack makes in a cluster that it did not make: it depends on everything there, so that
 * it is deleted before anything else is. Whether the cluster is the same is asked then, since neither Helm nor
 * the Kubernetes provider asks.
 */
export const clusterGuard: Resource = {
  type: "linkerd-topology:index:ClusterGuard",
  schema: schemaOf(
    "When it is deleted, before all that it depends on: fails unless the cluster is still the same one.",
    accessInputs,
  ),
  check: ({ news }) => checkInputs(accessInputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs),
  // ClusterIdentity has just looked.
  create: ({ inputs }) => Promise.resolve({ id: "cluster-guard", outputs: outputsOf(inputs) }),
  update: ({ newInputs }) => Promise.resolve(outputsOf(newInputs)),
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async (request, context) => {
    await clusterToCleanUp(request.outputs, context);
  },
};

/** Looks by the noted context, unless the inputs name one. */
async function look(news: PropertyMap, olds: PropertyMap, signal?: AbortSignal): Promise<Seen> {
  const { connect, readContexts } = await import("../../kubernetes/connect.ts");
  const named = text(news, "context");
  const noted = text(olds, "usedContext");
  const access = accessOf(news);
  const { names, current } = await readContexts(access);
  const usedContext = named || noted || (current ?? "");
  if (named === "" && noted !== "" && !names.includes(noted)) {
    throw new AnotherCluster(
      `the context "${noted}" of ${text(news, "kubeconfigPath") || "the kubeconfig"}, by which this stack ` +
        `reached its cluster, no longer exists; there are ${names.join(", ") || "none"}. Nothing was ` +
        "changed. If it has another name now, write that name as the cluster's `context` into the topology",
    );
  }
  const api = await connect(
    { ...access, ...(usedContext === "" ? {} : { context: usedContext }) },
    { signal },
  );
  return { uid: await readClusterUid(api), usedContext };
}

/** What it means that the cluster was seen so. @throws AnotherCluster where nobody asked for another one */
function moves(news: PropertyMap, olds: PropertyMap, seen: Seen): DiffResult["changes"] {
  const [uid, noted] = [text(olds, "uid"), text(olds, "usedContext")];
  const usedContext = { kind: "update" } as const;
  if (seen.uid === uid) return seen.usedContext === noted ? {} : { usedContext };
  const named = text(news, "context");
  if (named !== "" && named !== noted) return { uid: { kind: "update", replace: true } };
  const way = `the context "${seen.usedContext}" of ${text(news, "kubeconfigPath") || "the kubeconfig"}`;
  throw new AnotherCluster(describeOther({ uid, way }, seen.uid));
}
