import { existsSync } from "node:fs";
import type { ClusterTrust, WantedTrust } from "../../planning/trust/rotation/facts.ts";
import { describeStepProblems, stepProblems } from "../../planning/trust/rotation/step-problems.ts";
import { wantedTrust } from "../../planning/trust/rotation/wanted.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { observeTrust, silentTrust } from "../../linkerd/trust/trust-facts.ts";
import type { CheckFailure, Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { accessAmong, clusterApi } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessByCluster,
  byCluster,
  checkInputs,
  outputsOf,
  schemaOf,
  text,
  texts,
} from "./inputs.ts";

const inputs = {
  anchors: {
    ...byCluster,
    description: "Generation → PEM of the anchor that every cluster trusts.",
  },
  signers: {
    ...byCluster,
    description:
      "Cluster → generation that signs its issuer; empty where somebody else decides it.",
  },
  kubeconfigPaths: accessByCluster.kubeconfigPaths,
  contexts: accessByCluster.contexts,
  clusterUids: accessByCluster.clusterUids,
  kindNames: {
    ...byCluster,
    optional: true,
    description:
      "Cluster → name that kind knows it by. Whether such a cluster is yet to be made, Docker tells.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Exists once the running clusters allow what is wanted of their trust: a step of a rotation whose
 * precondition isn't met is refused before anything is changed in any of them.
 */
export const trustStep: Resource = {
  type: "linkerd-topology:index:TrustStep",
  schema: schemaOf(
    "Exists once no running cluster would lose traffic by the anchors and signers that are wanted.",
    inputs,
  ),
  check: ({ news, olds }) => {
    const { inputs: checked, failures = [] } = checkInputs(inputs, news);
    return { inputs: checked, failures: [...failures, ...outOfOrder(olds, news)] };
  },
  diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, []),
  create: async (request, context) => {
    await allowed(request.inputs, context);
    return { id: "trust-step", outputs: outputsOf(request.inputs) };
  },
  update: async ({ newInputs }, context) => {
    await allowed(newInputs, context);
    return outputsOf(newInputs);
  },
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async () => {
    // It made nothing.
  },
};

/** Steps that the one before rules out, whatever the clusters say: a preview tells them already. */
function outOfOrder(olds: PropertyMap, news: PropertyMap): CheckFailure[] {
  const before = Object.keys(texts(olds, "anchors"));
  if (before.length === 0) return [];
  const after = Object.keys(texts(news, "anchors"));
  const signedBefore = texts(olds, "signers");
  return Object.entries(texts(news, "signers")).flatMap(([cluster, signer]) => {
    const old = signedBefore[cluster] ?? "";
    const property = `signers.${cluster}`;
    if (signer !== "" && !before.includes(signer)) {
      return [
        {
          property,
          reason:
            `generation ${signer} of the trust anchor can't sign anything in the same update in which ` +
            "it is added: nobody trusts it yet. Only list it in trust.anchors at first",
        },
      ];
    }
    if (old !== "" && !after.includes(old)) {
      return [
        {
          property,
          reason:
            `generation ${old} of the trust anchor can't be taken out in the same update in which ` +
            "another one signs in its place. Keep it in trust.anchors until all certificates are renewed",
        },
      ];
    }
    return [];
  });
}

async function allowed(news: PropertyMap, context: Context): Promise<void> {
  const clusters = Object.keys(texts(news, "kubeconfigPaths"));
  const facts = await Promise.all(clusters.map((cluster) => look(news, cluster, context)));
  const problems = stepProblems(
    wantedOf(news),
    facts.filter((one) => one !== undefined),
  );
  if (problems.length === 0) return;
  throw new Error(describeStepProblems(problems));
}

function wantedOf(properties: PropertyMap): WantedTrust {
  const signers = Object.entries(texts(properties, "signers")).map(
    ([cluster, signer]) => [cluster, signer === "" ? undefined : Number(signer)] as const,
  );
  return wantedTrust(texts(properties, "anchors"), Object.fromEntries(signers));
}

/**
 * What a cluster trusts now. A missing kubeconfig says nothing: whether there is a cluster is told by Docker,
 * and of one that the package did not make there is no doubt.
 *
 * @returns undefined for a cluster that is yet to be made
 */
async function look(
  properties: PropertyMap,
  cluster: string,
  { signal }: Context,
): Promise<ClusterTrust | undefined> {
  const access = accessAmong(properties, cluster);
  const file = text(access, "kubeconfigPath");
  try {
    const kubeconfig = existsSync(file)
      ? access
      : await fromNodes(texts(properties, "kindNames")[cluster], signal);
    if (kubeconfig === undefined) return undefined;
    return await observeTrust(cluster, await clusterApi(kubeconfig, signal));
  } catch (error) {
    signal.throwIfAborted();
    const { message } = error as Error;
    return silentTrust(
      cluster,
      existsSync(file) ? message : `its kubeconfig ${file} is gone: ${message}`,
    );
  }
}

/**
 * The way into a kind cluster by what its nodes hold, which is where its kubeconfig file came from.
 *
 * @returns undefined where Docker has no such cluster
 * @throws where Docker can't be asked, or the nodes don't tell
 */
async function fromNodes(
  kindName: string | undefined,
  signal: AbortSignal,
): Promise<PropertyMap | undefined> {
  if (kindName === undefined) throw new Error("only whoever made the cluster has another one");
  const [{ findContainers }, { openCluster }, { kubeconfigText }] = await Promise.all([
    import("../kind/containers.ts"),
    import("../kind/cluster-state.ts"),
    import("../kind/kubeconfig.ts"),
  ]);
  const nodes = await findContainers(kindName, [], signal);
  if (nodes.length === 0) return undefined;
  const stopped = nodes.filter(({ running }) => !running).map(({ name }) => name);
  if (stopped.length > 0) throw new Error(`its nodes don't run: ${stopped.join(", ")}`);
  const { credentials } = await openCluster(nodes, timeLimits.clusterSilent, signal);
  return { kubeconfig: kubeconfigText(kindName, credentials) };
}
