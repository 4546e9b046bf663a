import { describeOther, readClusterUid } from "../../kubernetes/known-cluster.ts";
import { AnotherCluster } from "../../kubernetes/errors.ts";
import { containsUnknown, diffInputs, readShape, type Resource, unknown } from "../server/index.ts";
import {
  accessOf,
  clusterApi,
  clusterToCleanUp,
  isSilent,
  unreachableIsGone,
  withWaysOut,
} from "./cluster-api.ts";
import { gate, outputsOf, stateIn } from "./gate.ts";
import { type Access, accessInputs, text } from "./inputs.ts";

const { kubeconfig, kubeconfigPath, context } = accessInputs;
const inputs = { kubeconfig, kubeconfigPath, context };

const outputs = {
  uid: text("UID of the namespace kube-system."),
  usedContext: text(
    "Context of the kubeconfig: the one that was named, or the one that was current at first.",
  ),
};

/** The cluster that answered, and the context of the kubeconfig that led to it. */
interface Seen {
  readonly uid: string;
  readonly usedContext: string;
}

/**
 * Records at the first contact which cluster a kubeconfig leads to: the context, and the UID of the namespace
 * kube-system. From then on every update and preview compares them before anything else is done in that
 * cluster. Everything that changes the cluster must depend on it.
 *
 * The file's current context counts once; afterwards the recorded one does. If the topology names another
 * context, that is a move: if another cluster answers there, this resource is replaced, and with it
 * everything in the cluster. Another cluster behind the same context is refused.
 */
const identity = gate({
  name: "ClusterIdentity",
  description:
    "Records at the first contact which cluster a kubeconfig leads to. Whatever creates something in the " +
    "cluster must depend on it: every later update and preview looks again, and fails if another cluster " +
    "answers.\n\nOnly another `context` moves it to another cluster. It is replaced then.",
  inputs,
  outputs,
  id: () => "cluster",
  create: (access, { signal }) => look(access, {}, signal),
  update: (access, { signal }, { state }) => look(access, state, signal),
  read: async ({ uid, usedContext, ...access }, { signal }) => {
    const noted = {
      ...(uid !== undefined && { clusterUid: uid }),
      ...((usedContext ?? "") !== "" && { context: usedContext }),
    };
    try {
      const api = await clusterApi({ ...access, ...noted }, signal);
      await api.get("/version");
    } catch (error) {
      if (isSilent(error) && unreachableIsGone()) return undefined;
      throw withWaysOut(error);
    }
    return {};
  },
});

export const clusterIdentity: Resource = {
  ...identity,
  diff: async ({ oldInputs, oldOutputs, newInputs }) => {
    const edited = diffInputs(oldInputs, newInputs, []);
    if (containsUnknown(newInputs)) return edited;
    const access = readShape(inputs, newInputs);
    const state = stateIn({ inputs, outputs }, oldOutputs);
    const changes = moves(access, state, await look(access, state));
    return { changes: { ...edited.changes, ...changes } };
  },
  preview: async (news, olds) => {
    if (containsUnknown(news)) return { ...news, uid: unknown, usedContext: unknown };
    const state = olds === undefined ? {} : stateIn({ inputs, outputs }, olds);
    return outputsOf(inputs, news, await look(readShape(inputs, news), state));
  },
};

/**
 * The last resource of a stack in a cluster that it didn't create. It depends on everything there, so it is
 * deleted before anything else. It compares the cluster at that moment, because neither Helm nor the
 * Kubernetes provider does.
 */
export const clusterGuard = gate({
  name: "ClusterGuard",
  description:
    "Is deleted before everything that it depends on, and fails then unless the cluster is still the same. In " +
    "a cluster that outlives what is installed in it, it must depend on everything that is created there: " +
    "Helm and the Kubernetes provider don't compare before they delete.",
  inputs: accessInputs,
  outputs: {},
  id: () => "cluster-guard",
  // ClusterIdentity has just looked.
  create: () => Promise.resolve({}),
  delete: async (access, context) => {
    await clusterToCleanUp(access, context);
  },
});

/** Looks through the recorded context, unless the inputs name one. */
async function look(news: Access, olds: Partial<Seen>, signal?: AbortSignal): Promise<Seen> {
  try {
    return await lookNow(news, olds, signal);
  } catch (error) {
    // At the first contact there is nothing to give up.
    throw olds.uid === undefined ? error : withWaysOut(error);
  }
}

async function lookNow(news: Access, olds: Partial<Seen>, signal?: AbortSignal): Promise<Seen> {
  const { connect, readContexts } = await import("../../kubernetes/connect.ts");
  const { context: named, kubeconfigPath = "the kubeconfig" } = news;
  const { usedContext: noted = "" } = olds;
  const access = accessOf(news);
  const { names, current } = await readContexts(access);
  const usedContext = (named ?? noted) || (current ?? "");
  if (named === undefined && noted !== "" && !names.includes(noted)) {
    throw new AnotherCluster(
      `the context "${noted}" of ${kubeconfigPath}, by which this stack ` +
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

/** Whether the look means a move. @throws AnotherCluster if nobody asked for another one */
function moves({ context: named, kubeconfigPath }: Access, known: Partial<Seen>, seen: Seen) {
  const { uid = "", usedContext: noted = "" } = known;
  const usedContext = { kind: "update" } as const;
  if (seen.uid === uid) return seen.usedContext === noted ? {} : { usedContext };
  if (named !== undefined && named !== noted)
    return { uid: { kind: "update", replace: true } } as const;
  const way = `the context "${seen.usedContext}" of ${kubeconfigPath ?? "the kubeconfig"}`;
  throw new AnotherCluster(describeOther({ uid, way }, seen.uid));
}
