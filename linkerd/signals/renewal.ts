import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { credentialsName, linkerdNamespace } from "../../planning/names.ts";
import { corePath } from "../names.ts";
import type { Look } from "../../kubernetes/wait.ts";
import { destinationPods } from "./discovery.ts";

/**
 * The precision of the API server's creation times, in milliseconds. A restart that must make pods newer than
 * an object has to wait this long after it saw the object.
 */
export const clockStep = 1_000;

/**
 * Whether every pod of linkerd-destination started after the credentials for a target appeared, and so uses
 * no others. An older pod opens the target again when its Secret is replaced. But what proxies have asked it
 * stays bound to the client with the old credentials, which receives no more updates (`Get` in linkerd2's
 * controller/api/destination/server.go keeps its watcher until the proxy hangs up). So a proxy under steady
 * traffic would keep the target's old pods for ever.
 *
 * Both times come from the API server's clock, which counts whole seconds. A pod of the same second counts as
 * older.
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
