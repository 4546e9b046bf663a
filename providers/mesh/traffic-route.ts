import * as z from "zod";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { isConflict } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { defaults } from "../../planning/defaults.ts";
import { corePath, fieldManager } from "../../linkerd/names.ts";
import { lookAtRoute, lookAtServices, type Route } from "../../linkerd/signals/route.ts";
import {
  aliasObject,
  foreignAnnotations,
  isOurs,
  routeName,
  routeObject,
  routePath,
} from "../../linkerd/traffic-objects.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { Context, Properties } from "../server/index.ts";
import { clusterApi, clusterToCleanUp, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, text } from "./inputs.ts";
import { refuseForeign, removeOurs } from "./ours.ts";

const inputs = {
  ...accessInputs,
  namespace: fixedText("Namespace of the Service that clients call."),
  service: fixedText("Name of the Service that clients call."),
  port: z.int().default(defaults.trafficPort).meta({
    description: "Its port that clients call. The backends have the same port.",
    willReplaceOnChanges: true,
  }),
  protocol: z.enum(["http", "grpc"]).default(defaults.trafficProtocol).meta({
    description: "`http` makes an HTTPRoute, `grpc` a GRPCRoute.",
    willReplaceOnChanges: true,
  }),
  alias: z
    .boolean()
    .default(false)
    .describe(
      "Whether to create the Service as well. It has no pods; the route leads to those of another cluster.",
    ),
  annotations: z
    .record(z.string(), z.string())
    .default({})
    .describe("Annotations of the route: Linkerd's settings for retries and time limits."),
  serviceAnnotations: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Annotations of the Service that clients call: Linkerd's settings for circuit breaking. Annotations that " +
        "others set stay.",
    ),
  rules: z
    .array(
      z.object({
        match: z
          .object({
            headers: z.record(z.string(), z.string()).exactOptional(),
            path: z.string().exactOptional(),
            query: z.record(z.string(), z.string()).exactOptional(),
            method: z.string().exactOptional(),
            grpcService: z.string().exactOptional(),
          })
          .exactOptional()
          .describe("Which requests the rule applies to. By default all that match no other rule."),
        backends: z
          .array(
            z.object({
              service: text("Service of the same namespace."),
              weight: z.int().describe("Its share, in proportion to all weights."),
            }),
          )
          .describe("Services that get the requests, by weight."),
      }),
    )
    .describe("Which requests go to which Services of the cluster, mirrors among them."),
  exported: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Cluster → `state` of its ServiceExport. While all are `labelled`, the route waits for the mirrors.",
    ),
};

type Wanted = Properties<typeof inputs>;

const routed = "routed";

const states = {
  "as planned": routed,
  changed: "the route was changed",
  missing: "the route is gone",
} as const;

export const trafficRoute = gate({
  name: "TrafficRoute",
  description:
    "Routes the requests for one port of a Service to Services of the same cluster, mirrors included, by an " +
    "HTTPRoute or a GRPCRoute. A route to a Service that doesn't exist answers its share of the requests " +
    "with errors. So if a Service doesn't exist yet, there is no route, and nothing waits for it: the next " +
    "update creates the route. Routes and Services that somebody else created are never changed.",
  example: `
new TrafficRoute("web", {
  kubeconfigPath: west.kubeconfigPath,
  namespace: "shop",
  service: "web",
  rules: [
    { backends: [{ service: "web", weight: 1_000_000 }, { service: "web-east", weight: 1 }] },
  ],
});
`,
  inputs,
  outputs: { state: text("`routed`, or what is still awaited.") },
  settled: ["state", routed],
  id: ({ namespace, service, port }) => `${namespace}/${service}:${port}`,
  create: async (wanted, context) => ({ state: await route(wanted, context) }),
  read: async (wanted, { signal }) => {
    const state = await lookIfThere(wanted, signal, async (api) => {
      const look = await lookAtRoute(api, wanted);
      const { missingServices, unfitServices, serviceAsPlanned, state } = look;
      if (missingServices.length > 0) return waitingFor(wanted, missingServices);
      if (unfitServices.length > 0) return unfitServices.join("; ");
      if (!serviceAsPlanned) {
        return wanted.alias ? "the Service was changed" : "circuit breaking was changed";
      }
      return states[state];
    });
    return state === undefined ? undefined : { state };
  },
  delete: async (wanted, context) => {
    const api = await clusterToCleanUp(wanted, context);
    if (api === undefined) return;
    await removeOurs(api, routePath(wanted));
    if (wanted.alias) await removeOurs(api, aliasPath(wanted));
    else await breakCircuits(api, { ...wanted, serviceAnnotations: {} });
  },
});

async function route(wanted: Wanted, context: Context): Promise<string> {
  const api = await clusterApi(wanted, context.signal);
  await refuseOthers(api, wanted);
  const missing = await mirrored(api, wanted, context);
  if (missing.length > 0) return waitingFor(wanted, missing);
  if (wanted.alias) {
    await api.apply(aliasPath(wanted), aliasObject(wanted), fieldManager, { force: true });
  } else {
    await removeOurs(api, aliasPath(wanted));
  }
  const { missingServices, unfitServices } = await lookAtServices(api, wanted);
  if (missingServices.length > 0) return waitingFor(wanted, missingServices);
  if (unfitServices.length > 0) throw new Error(unfit(api, wanted, unfitServices));
  if (!wanted.alias) await breakCircuits(api, wanted);
  await putRoute(api, wanted);
  return routed;
}

function unfit(
  { server }: KubernetesApi,
  { namespace, service, port }: Wanted,
  all: readonly string[],
) {
  return (
    `The requests for port ${port} of ${namespace}/${service} at ${server} can't be routed: ` +
    `${all.join("; ")}. Change the Service, or the entry of ${namespace}/${service} in traffic.`
  );
}

/**
 * Sets the annotations of a Service that somebody else created, and removes those that this route set before.
 * The exports' labels of the same Service have another field manager, and so has each port.
 */
async function breakCircuits(api: KubernetesApi, wanted: Wanted): Promise<void> {
  const { namespace, service: name, port, serviceAnnotations: annotations } = wanted;
  const service = await getIfThere<Service>(api, aliasPath(wanted));
  const manager = `${fieldManager}-traffic-${port}`;
  const isNone = Object.keys(annotations).length === 0;
  if (service === undefined || (isNone && !hasApplied(service, manager))) return;
  // With its uid: otherwise an apply would recreate a Service that was deleted meanwhile.
  const metadata = { namespace, name, uid: service.metadata.uid, annotations };
  try {
    await api.apply(aliasPath(wanted), { apiVersion: "v1", kind: "Service", metadata }, manager);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const present = service.metadata.annotations ?? {};
    const theirs = Object.entries(annotations).filter(
      ([key, value]) => present[key] !== undefined && present[key] !== value,
    );
    const told = theirs.map(([key, value]) => `${key}: ${present[key] ?? ""} in place of ${value}`);
    throw new Error(
      `Service ${namespace}/${name} at ${api.server} has settings of somebody else for circuit breaking: ` +
        `${told.join(", ") || error.detail}. Remove them there (kubectl -n ${namespace} annotate service ${name} ` +
        `${theirs.map(([key]) => `${key}-`).join(" ")}), or write circuitBreaking: { enabled: false } in the entry of traffic.`,
      { cause: error },
    );
  }
}

function hasApplied({ metadata }: Service, manager: string): boolean {
  return (metadata.managedFields ?? []).some((one) => one.manager === manager);
}

/** The route is the package's own: manual edits are reverted. */
async function putRoute(api: KubernetesApi, wanted: Wanted): Promise<void> {
  const path = routePath(wanted);
  const made = await api.apply<Route>(path, routeObject(wanted), fieldManager, { force: true });
  // An apply keeps what somebody else added.
  const foreign = foreignAnnotations(made, wanted);
  if (foreign.length === 0) return;
  const annotations = Object.fromEntries(foreign.map((key) => [key, null]));
  await api.patch(path, { metadata: { annotations } });
}

/** What is missing after a reasonable wait: mirrors of Services that nobody exports never appear. */
async function mirrored(
  api: KubernetesApi,
  wanted: Wanted,
  context: Context,
): Promise<readonly string[]> {
  const isExported = Object.values(wanted.exported).every((state) => state === "labelled");
  const { missingServices: missing } = await lookAtServices(api, wanted);
  if (missing.length === 0 || !isExported || missing.includes(wanted.service)) return missing;
  await waitFor({
    what: waitingFor(wanted, missing),
    limit: timeLimits.mirrorFollows,
    look: async () => {
      const { missingServices: left } = await lookAtServices(api, wanted);
      return left.length === 0
        ? { done: true, value: undefined }
        : { done: false, seen: waitingFor(wanted, left) };
    },
    further:
      "A Service that somebody made again has lost the label of its export: up --refresh puts it back. " +
      `Look further with: kubectl -n ${wanted.namespace} get services`,
    signal: context.signal,
    onSeen: (seen) => context.status(seen),
  });
  return [];
}

function waitingFor({ namespace }: Wanted, services: readonly string[]): string {
  return `waiting for the Service ${services.map((name) => `${namespace}/${name}`).join(", ")}`;
}

/** @throws Error if somebody else has the route, or the Service of an alias */
async function refuseOthers(api: KubernetesApi, wanted: Wanted): Promise<void> {
  const { namespace, service } = wanted;
  await refuseForeign(api, routePath(wanted), {
    kind: routeObject(wanted).kind,
    namespace,
    name: routeName(wanted),
    or: `take the entry of ${namespace}/${service} out of traffic`,
  });
  if (!wanted.alias) return;
  const parent = await getIfThere<Service>(api, aliasPath(wanted));
  if (parent === undefined || isOurs(parent)) return;
  throw new Error(
    `Service ${namespace}/${service} at ${api.server} exists already, so no alias can have its name. ` +
      "Write failover or split in place of alias, or leave the cluster out of the entry's `in`.",
  );
}

function aliasPath({ namespace, service }: Wanted): string {
  return corePath(namespace, "services", service);
}
