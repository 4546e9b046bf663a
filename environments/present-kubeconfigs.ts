import { readFile } from "node:fs/promises";
import path from "node:path";
import { kubeconfigOfContext } from "../planning/clusters/kubeconfig.ts";
import { memberName } from "../planning/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import { secretSignature, signatureKey } from "../providers/server/signatures.ts";
import { identityType } from "./cluster-of-resource.ts";
import { resourceName, resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

/**
 * Lets the Kubernetes providers of existing clusters go by what the kubeconfig files say now. A `destroy` and a
 * `refresh` run no program, so they would go by those of the last `up`: by an address that the cluster has left, or a
 * token that has ended. So would an `up` in clusters that the plan lacks: their resources have left the program.
 *
 * @param state of a stack whose clusters are what it takes them for
 * @param plan of an `up` that follows: the providers of its clusters get their kubeconfigs from the program
 * @returns the same state if it has no such cluster; otherwise one with secrets that only Pulumi may store
 */
export async function withPresentKubeconfigs(state: State, plan?: Plan): Promise<State> {
  const { resources = [], secrets_providers: encryption } = state.deployment;
  // Pulumi can't store a secret in a state that says nothing of it.
  if (encryption === undefined) return state;
  const found = await Promise.all(
    resources.map(
      async (resource) => [resource, await presentOf(resource, resources, plan)] as const,
    ),
  );
  if (!found.some(([, kubeconfig]) => kubeconfig !== undefined)) return state;
  const present = found.map(([resource, kubeconfig]) =>
    kubeconfig === undefined ? resource : withKubeconfig(resource, kubeconfig),
  );
  return { ...state, deployment: { ...state.deployment, resources: present } };
}

/**
 * The present kubeconfig of a Kubernetes provider. Undefined: it has no file, or none that can be read, or the program
 * gives it.
 */
async function presentOf(
  { urn, inputs }: StateResource,
  resources: readonly StateResource[],
  plan: Plan | undefined,
): Promise<string | undefined> {
  if (resourceType(urn) !== "pulumi:providers:kubernetes") return undefined;
  const identity = resources.find(
    (one) =>
      resourceType(one.urn) === identityType &&
      resourceName(one.urn) === resourceName(urn) &&
      // While a stack moves to another cluster, its state has both.
      one.outputs?.["uid"] === inputs?.["clusterIdentifier"],
  );
  const { kubeconfigPath: file, usedContext: context } = identity?.outputs ?? {};
  if (typeof file !== "string" || typeof context !== "string") return undefined;
  // A program gave the kubeconfig itself; an earlier version noted no context.
  if (file === "" || context === "") return undefined;
  if (plan !== undefined && hasCluster(plan, resourceName(urn), context)) return undefined;
  try {
    return kubeconfigOfContext(await readFile(file, "utf8"), context, path.dirname(file));
  } catch {
    // Whoever needs it says why.
    return undefined;
  }
}

/** Whether a plan has the cluster. By another context it may be another one. */
function hasCluster(plan: Plan, member: string, usedContext: string): boolean {
  return plan.clusters.some(
    (cluster) =>
      cluster.type === "existing" &&
      memberName(plan.name, cluster) === member &&
      (cluster.context === undefined || cluster.context === usedContext),
  );
}

function withKubeconfig(resource: StateResource, text: string): StateResource {
  const { inputs, outputs } = resource;
  // As in an export with readable secrets.
  const kubeconfig = {
    [signatureKey]: secretSignature,
    plaintext: JSON.stringify(text),
  };
  return {
    ...resource,
    ...(inputs && { inputs: { ...inputs, kubeconfig } }),
    ...(outputs && { outputs: { ...outputs, kubeconfig } }),
  };
}
