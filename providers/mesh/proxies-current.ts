import { timeLimits } from "../../system/time-limits.ts";
import { lookAtRestarts, proveIssuerInUse } from "../../linkerd/restarts.ts";
import type { Scope } from "../../linkerd/restarts.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  text,
  textList,
  triggersInput,
} from "./inputs.ts";
import { againUnless } from "./settled.ts";

const inputs = {
  ...accessInputs,
  anchors: {
    type: "string",
    optional: true,
    description:
      "PEM of what every proxy is to trust, and nothing else. What they trust isn't looked at by default.",
  },
  namespaces: {
    type: "array",
    items: { type: "string" },
    optional: true,
    description:
      "Namespaces whose workloads are restarted for other anchors or another issuer, besides Linkerd's own.",
  },
  upgradeNamespaces: {
    type: "array",
    items: { type: "string" },
    optional: true,
    description:
      "Namespaces whose workloads are restarted when Linkerd would inject another proxy, besides its own.",
  },
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Exists once the proxies of Linkerd's own, and those of namespaces that asked for it, are the ones that
 * Linkerd would inject now, trust what is wanted and have certificates of the present issuer. They learn of
 * all that when they start, and only then.
 */
export const proxiesCurrent: Resource = {
  type: "linkerd-topology:index:ProxiesCurrent",
  schema: schemaOf(
    "Exists once proxies are those that Linkerd would inject now, with the present anchors and issuer.",
    inputs,
    {
      trouble: { type: "string", description: "What a refresh saw in place of that, or nothing." },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, oldOutputs, newInputs }) =>
    againUnless(diffInCluster(oldInputs, newInputs), oldOutputs, "trouble", ""),
  create: async (request, context) => ({
    id: "proxies-current",
    outputs: await proved(request.inputs, context),
  }),
  update: (request, context) => proved(request.newInputs, context),
  read: async (request, context) => {
    const look = await lookIfThere(request.outputs, context.signal, (api) =>
      lookAtRestarts(api, scopeOf(request.outputs)),
    );
    if (look === undefined) return undefined;
    const trouble = look.stale.map(({ seen }) => seen).join("; ");
    return {
      id: request.id,
      inputs: request.inputs,
      outputs: outputsOf(request.outputs, { trouble }),
    };
  },
  delete: async () => {
    // Nothing is taken back by it.
  },
};

function scopeOf(properties: PropertyMap): Scope {
  const anchors = text(properties, "anchors");
  return {
    anchors: anchors === "" ? undefined : anchors,
    namespaces: textList(properties, "namespaces"),
    upgradeNamespaces: textList(properties, "upgradeNamespaces"),
  };
}

async function proved(properties: PropertyMap, context: Context): Promise<PropertyMap> {
  const api = await clusterApi(properties, context.signal);
  const scope = scopeOf(properties);
  const tell = (what: string): void => {
    context.status(what);
    context.log("info", what);
  };
  if (scope.anchors !== undefined) await proveIssuerInUse(api, tell, context.signal);
  const { left } = await waitFor({
    what: `waiting for the proxies at ${api.server} to be the present ones, with the present anchors and issuer`,
    limit: timeLimits.proxiesRestarted,
    look: async () => {
      const { stale, left, restart } = await lookAtRestarts(api, scope);
      if (stale.length === 0) return { done: true, value: { left } };
      await restart(tell);
      return { done: false, seen: stale.map(({ seen }) => seen).join("; ") };
    },
    further:
      "Look further with: kubectl get pods -A; kubectl -n linkerd logs deploy/linkerd-identity -c identity",
    signal: context.signal,
    onSeen: (seen) => {
      context.status(seen);
    },
  });
  for (const pod of left) {
    context.log(
      "warning",
      `Delete and recreate the pod ${pod} yourself: no Deployment, StatefulSet or DaemonSet owns it`,
    );
  }
  return outputsOf(properties, { trouble: "" });
}
