import { linkerdNamespace } from "../../planning/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Deployment } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { hasOlderPods } from "../../kubernetes/rollout.ts";
import { deploymentPath, injectorDeployment } from "../../linkerd/names.ts";
import { lookAtInjection } from "../../linkerd/signals/injection.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  triggersInput,
} from "./inputs.ts";

const inputs = { ...accessInputs, ...triggersInput };

const webhook =
  "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/linkerd-proxy-injector-webhook-config";

/** Exists once pods really get their proxies. */
export const injectorReady: Resource = {
  type: "linkerd-topology:index:InjectorReady",
  schema: schemaOf(
    "Exists once a pod that is sent to the API server as a dry run comes back with its proxy.",
    inputs,
    { proxyImage: { type: "string", description: "Image of the proxy that pods get." } },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs),
  create: async (request, context) => ({
    id: "injector-ready",
    outputs: await proved(request.inputs, context),
  }),
  update: (request, context) => proved(request.newInputs, context),
  read: async (request, context) => {
    const found = await lookIfThere(request.outputs, context.signal, (api) =>
      getIfThere(api, webhook),
    );
    if (found === undefined) return undefined;
    return { id: request.id, inputs: request.inputs, outputs: outputsOf(request.outputs) };
  },
  delete: async () => {
    // There is nothing in the cluster that belongs to it.
  },
};

async function proved(properties: PropertyMap, context: Context): Promise<PropertyMap> {
  const api = await clusterApi(properties, context.signal);
  const { proxyImage } = await waitFor({
    what: `waiting for Linkerd's proxy injector at ${api.server} to serve`,
    limit: timeLimits.injectorServes,
    look: async () => (await earlierInjector(api)) ?? lookAtInjection(api),
    further:
      "Look further with: kubectl -n linkerd get pods; " +
      "kubectl -n linkerd logs deploy/linkerd-proxy-injector -c proxy-injector",
    signal: context.signal,
    onSeen: (seen) => context.status(`waiting for the proxy injector: ${seen}`),
  });
  return outputsOf(properties, { proxyImage });
}

/** What an injector of an earlier release or with earlier values would add says nothing. */
async function earlierInjector(
  api: KubernetesApi,
): Promise<{ readonly done: false; readonly seen: string } | undefined> {
  const deployment = await api.get<Deployment>(
    deploymentPath(linkerdNamespace, injectorDeployment),
  );
  return hasOlderPods(deployment)
    ? { done: false, seen: `pods of an earlier ${injectorDeployment} still serve` }
    : undefined;
}
