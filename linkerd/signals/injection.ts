import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { proxyContainer, proxyOf } from "../../kubernetes/pods.ts";
import { fieldManager, trustAnchorsVariable } from "../names.ts";
import type { Look } from "../../kubernetes/wait.ts";

/**
 * Asks the API server what it would make of a pod that wants a proxy; nothing is created.
 *
 * It is the only signal that pods get their proxies: the injector's Deployment is available some time
 * before its Service is routed on every node, and until then the API server lets pods pass without
 * (webhook `failurePolicy: Ignore`), which then run on as if nothing were amiss.
 */
export async function lookAtInjection(
  api: KubernetesApi,
): Promise<Look<{ readonly proxyImage: string; readonly trustAnchors: string }>> {
  const pod = await api.post<Pod>("/api/v1/namespaces/default/pods", testPod, {
    dryRun: "All",
    fieldManager,
  });
  const proxy = proxyOf(pod);
  if (proxy === undefined) {
    const { containers, initContainers = [] } = pod.spec;
    const names = [...containers, ...initContainers].map(({ name }) => name).join(", ");
    return { done: false, seen: `a pod without ${proxyContainer} (containers: ${names})` };
  }
  const trustAnchors = proxy.env?.find(({ name }) => name === trustAnchorsVariable)?.value ?? "";
  return { done: true, value: { proxyImage: proxy.image ?? "", trustAnchors } };
}

const testPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    // Nothing by this name is ever stored; generateName would be refused by some policies.
    name: "linkerd-topology-injection-test",
    annotations: { "linkerd.io/inject": "enabled" },
  },
  spec: { containers: [{ name: "test", image: "never-pulled" }] },
};
