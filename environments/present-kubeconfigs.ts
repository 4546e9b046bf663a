import { readFile } from "node:fs/promises";
import path from "node:path";
import { kubeconfigOfContext } from "../planning/clusters/kubeconfig.ts";
import { identityType } from "./cluster-of-resource.ts";
import { resourceName, resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

/**
 * Lets the Kubernetes providers of existing clusters go by what the kubeconfig files say now. A `destroy` and a
 * `refresh` run no program, so they would go by those of the last `up`: by an address that the cluster has left, or a
 * token that has ended.
 *
 * @param state of a stack whose clusters are what it takes them for
 * @returns the same state if it has no such cluster; otherwise one with secrets that only Pulumi may store
 */
export async function withPresentKubeconfigs(state: State): Promise<State> {
  const { resources = [], secrets_providers: encryption } = state.deployment;
  // Pulumi can't store a secret in a state that says nothing of it.
  if (encryption === undefined) return state;
  const found = await Promise.all(
    resources.map(async (resource) => [resource, await presentOf(resource, resources)] as const),
  );
  if (!found.some(([, kubeconfig]) => kubeconfig !== undefined)) return state;
  const present = found.map(([resource, kubeconfig]) =>
    kubeconfig === undefined ? resource : withKubeconfig(resource, kubeconfig),
  );
  return { ...state, deployment: { ...state.deployment, resources: present } };
}

/** The present kubeconfig of a Kubernetes provider. Undefined: it has no file, or none that can be read. */
async function presentOf(
  { urn, inputs }: StateResource,
  resources: readonly StateResource[],
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
  try {
    return kubeconfigOfContext(await readFile(file, "utf8"), context, path.dirname(file));
  } catch {
    // Whoever needs it says why.
    return undefined;
  }
}

function withKubeconfig(resource: StateResource, text: string): StateResource {
  const { inputs, outputs } = resource;
  // As in an export with readable secrets.
  const kubeconfig = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(text),
  };
  return {
    ...resource,
    ...(inputs && { inputs: { ...inputs, kubeconfig } }),
    ...(outputs && { outputs: { ...outputs, kubeconfig } }),
  };
}
