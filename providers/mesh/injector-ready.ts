import { linkerdNamespace } from "../../planning/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Deployment } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { hasOlderPods } from "../../kubernetes/rollout.ts";
import { deploymentPath, injectorDeployment } from "../../linkerd/names.ts";
import { whyAtRest } from "../../linkerd/signals/at-rest.ts";
import { lookAtInjection } from "../../linkerd/signals/injection.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { type Access, accessInputs, text, triggersInput } from "./inputs.ts";

const webhook =
  "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/linkerd-proxy-injector-webhook-config";

export const injectorReady = gate({
  name: "InjectorReady",
  description:
    "Exists once pods really get their proxies: a pod that was sent to the API server as a dry run came " +
    "back with one. The status of the injector's Deployment comes too early, and a pod that starts before " +
    "silently runs without its proxy.",
  inputs: { ...accessInputs, ...triggersInput },
  outputs: { proxyImage: text("Image of the proxy, as the API server put it into the pod.") },
  id: () => "injector-ready",
  create: proved,
  read: async (state, { signal }) => {
    const found = await lookIfThere(state, signal, (api) => getIfThere(api, webhook));
    return found === undefined ? undefined : {};
  },
});

async function proved(access: Access, context: Context) {
  const api = await clusterApi(access, context.signal);
  return waitFor({
    what: `waiting for Linkerd's proxy injector at ${api.server} to serve`,
    limit: timeLimits.injectorServes,
    look: async () => (await earlierInjector(api)) ?? lookAtInjection(api),
    further:
      "Look further with: kubectl -n linkerd get pods; " +
      "kubectl -n linkerd logs deploy/linkerd-proxy-injector -c proxy-injector",
    signal: context.signal,
    onSeen: (seen) => context.status(`waiting for the proxy injector: ${seen}`),
  });
}

/** A proxy from an injector of an earlier release or with earlier values proves nothing. */
async function earlierInjector(
  api: KubernetesApi,
): Promise<{ readonly done: false; readonly seen: string } | undefined> {
  const atRest = await whyAtRest(api, linkerdNamespace, injectorDeployment);
  if (atRest !== undefined) throw new Error(`no pod at ${api.server} gets a proxy: ${atRest}`);
  const deployment = await api.get<Deployment>(
    deploymentPath(linkerdNamespace, injectorDeployment),
  );
  return hasOlderPods(deployment)
    ? { done: false, seen: `pods of an earlier ${injectorDeployment} still serve` }
    : undefined;
}
