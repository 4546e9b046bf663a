import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Deployment } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { deploymentPath } from "../names.ts";

/**
 * Why a Deployment has no pods and won't get any: somebody scaled it to 0, and Helm doesn't change that.
 *
 * @returns undefined if that isn't the case
 */
export async function whyAtRest(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const deployment = await getIfThere<Deployment>(api, deploymentPath(namespace, name));
  if (deployment?.spec?.replicas !== 0) return undefined;
  return (
    `the Deployment ${name} is scaled to 0. Scale it back: kubectl -n ${namespace} scale ` +
    `deployment ${name} --replicas=1`
  );
}
