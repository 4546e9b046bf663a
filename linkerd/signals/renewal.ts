import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { credentialsName, linkerdNamespace } from "../../planning/names.ts";
import { corePath } from "../names.ts";
import type { Look } from "../../kubernetes/wait.ts";
import { destinationPods } from "./discovery.ts";

/**
 * How exactly the API server tells when an object was created, in milliseconds. A restart that is to make
 * pods newer than an object has to come this much later than the object was seen.
 */
export const clockStep = 1_000;

/**
 * Whether every pod of linkerd-destination came after the credentials for a target, and so works with no
 * others. One that was there before opens the target again when its Secret is replaced, but what proxies
 * have asked it already stays bound to the client with the old credentials, which is no longer told of
 * anything (`Get` in linkerd2's controller/api/destination/server.go keeps its watcher until the proxy
 * hangs up): a proxy under steady traffic would keep the target's pods of that day for ever.
 *
 * The API server's own clock is compared with itself. It counts whole seconds: a pod of the same second
 * counts as one that was there before.
 *
 * @param target name of the target
 */
export async function lookAtRenewal(
  api: KubernetesApi,
  target: string,
): Promise<Look<{ readonly pods: number }>> {
  const name = credentialsName(target);
  const [secret, pods] = await Promise.all([
    getIfThere<KubernetesSecret>(api, corePath(linkerdNamespace, "secrets", name)),
    destinationPods(api),
  ]);
  if (secret === undefined) {
    return { done: false, seen: `there is no Secret ${linkerdNamespace}/${name}` };
  }
  const since = timeOf(secret.metadata.creationTimestamp);
  const before = pods.filter(({ metadata }) => timeOf(metadata.creationTimestamp) <= since);
  if (pods.length === 0) return { done: false, seen: "there is no pod of linkerd-destination" };
  if (before.length === 0) return { done: true, value: { pods: pods.length } };
  const names = before.map(({ metadata }) => metadata.name).join(", ");
  return { done: false, seen: `${names} came before the credentials for ${target}` };
}

function timeOf(timestamp: string | undefined): number {
  return timestamp === undefined ? 0 : Date.parse(timestamp);
}
