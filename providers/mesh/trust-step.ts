import { existsSync } from "node:fs";
import type { ClusterTrust, WantedTrust } from "../../planning/rotation/facts.ts";
import { describeRefusals, refusalsOf } from "../../planning/rotation/refusals.ts";
import { wantedTrust } from "../../planning/rotation/wanted.ts";
import { observeTrust, silentTrust } from "../../verification/facts/trust.ts";
import { NoKubeconfig } from "../../verification/kubernetes/errors.ts";
import type { CheckFailure, Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessByCluster, byCluster, checkInputs, outputsOf, schemaOf, texts } from "./inputs.ts";

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
    await allowed(request.inputs, {}, context);
    return { id: "trust-step", outputs: outputsOf(request.inputs) };
  },
  update: async ({ oldInputs, newInputs }, context) => {
    await allowed(newInputs, oldInputs, context);
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

async function allowed(news: PropertyMap, olds: PropertyMap, context: Context): Promise<void> {
  const known = Object.keys(texts(olds, "kubeconfigPaths"));
  const contexts = texts(news, "contexts");
  const facts = await Promise.all(
    Object.entries(texts(news, "kubeconfigPaths")).map(([cluster, file]) =>
      look(cluster, file, contexts[cluster] ?? "", known.includes(cluster), context),
    ),
  );
  const refusals = refusalsOf(
    wantedOf(news),
    facts.filter((one) => one !== undefined),
  );
  if (refusals.length === 0) return;
  throw new Error(describeRefusals(refusals));
}

function wantedOf(properties: PropertyMap): WantedTrust {
  const signers = Object.entries(texts(properties, "signers")).map(
    ([cluster, signer]) => [cluster, signer === "" ? undefined : Number(signer)] as const,
  );
  return wantedTrust(texts(properties, "anchors"), Object.fromEntries(signers));
}

/** @returns undefined for a cluster that is yet to be made: it has no kubeconfig, and had none before */
async function look(
  cluster: string,
  file: string,
  context: string,
  known: boolean,
  { signal }: Context,
): Promise<ClusterTrust | undefined> {
  if (!existsSync(file)) {
    return known ? silentTrust(cluster, `its kubeconfig ${file} is gone`) : undefined;
  }
  try {
    return await observeTrust(cluster, await clusterApi({ kubeconfigPath: file, context }, signal));
  } catch (error) {
    if (error instanceof NoKubeconfig) return silentTrust(cluster, error.message);
    throw error;
  }
}
