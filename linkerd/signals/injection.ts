import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { proxyContainer, proxyOf } from "../../kubernetes/pods.ts";
import { fieldManager, trustAnchorsVariable } from "../names.ts";
import type { Look } from "../../kubernetes/wait.ts";

/**
 * Asks the API server, as a dry run, what it would make of a pod that wants a proxy.
 *
 * Only this proves that pods get their proxies. The injector's Deployment is available some time before its
 * Service is routed on every node. Until then the API server admits pods without a proxy (webhook
 * `failurePolicy: Ignore`), and they run on without any sign of it.
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
    // Nothing is ever stored under this name. Some policies would refuse generateName.
    name: "linkerd-topology-injection-test",
    annotations: { "linkerd.io/inject": "enabled" },
  },
  spec: { containers: [{ name: "test", image: "never-pulled" }] },
};
