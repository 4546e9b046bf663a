import { isDeepStrictEqual } from "node:util";
import { timeLimits } from "../../system/time-limits.ts";
import { lookAtRestarts, proveIssuerInUse } from "../../linkerd/restarts.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import * as z from "zod";
import type { Context, Properties, PropertyMap } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, text, triggersInput } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  anchors: text(
    "PEM of what every proxy is to trust, and nothing else. What they trust isn't looked at by default.",
  ).exactOptional(),
  namespaces: z
    .array(z.string())
    .default([])
    .describe(
      "Namespaces whose workloads are restarted when the anchors or the issuer change, besides Linkerd's own.",
    ),
  upgradeNamespaces: z
    .array(z.string())
    .default([])
    .describe(
      "Namespaces whose workloads are restarted when Linkerd would inject another proxy, besides its own.",
    ),
  ...triggersInput,
};

/** Proxies learn of these settings only when they start. */
export const proxiesCurrent = gate({
  name: "ProxiesCurrent",
  description:
    "Exists once the proxies of Linkerd and of the named namespaces are the ones that Linkerd would inject " +
    "now, trust the current anchors and have certificates of the current issuer. It restarts workloads that " +
    "started earlier: linkerd-identity if it may have missed its new issuer, then the control plane, its " +
    "extension, and the others.",
  inputs,
  outputs: {
    trouble: text(
      "What a refresh saw in place of that; empty where it holds. The next update restarts what is behind.",
    ),
  },
  settled: ["trouble", ""],
  outlook: ({ news, olds }) => {
    if (olds === undefined || isDeepStrictEqual(whatProxiesGet(olds), whatProxiesGet(news)))
      return [];
    const namespaces = [news["namespaces"], news["upgradeNamespaces"]]
      .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
      .filter((name) => typeof name === "string");
    const others = [...new Set(namespaces)].map((name) => `, those of ${name}`).join("");
    return [
      `workloads whose proxy or trust anchors are no longer current are restarted: Linkerd's own${others}`,
    ];
  },
  id: () => "proxies-current",
  create: proved,
  read: async (state, { signal }) => {
    const look = await lookIfThere(state, signal, (api) => lookAtRestarts(api, state));
    return look && { trouble: look.stale.map(({ seen }) => seen).join("; ") };
  },
});

/** The inputs that decide what proxies start with. */
function whatProxiesGet({ anchors, triggers }: PropertyMap): unknown {
  return [anchors, triggers];
}

async function proved(scope: Properties<typeof inputs>, context: Context) {
  const api = await clusterApi(scope, context.signal);
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
    onSeen: (seen) => context.status(seen),
  });
  for (const pod of left) {
    context.log(
      "warning",
      `Delete and recreate the pod ${pod} yourself: no Deployment, StatefulSet or DaemonSet owns it`,
    );
  }
  return { trouble: "" };
}
