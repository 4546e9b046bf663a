import * as z from "zod";
import type { TrafficEntryArgs } from "../../components/traffic-entries.ts";
import { routeSchema, trafficEntry } from "../../planning/traffic/schema.ts";
import type { ResourceSchema } from "../../providers/server/index.ts";
import { cluster, told, typed } from "./parts.ts";

const { shape } = trafficEntry;

/** What the four have in common. */
const common = {
  cluster: cluster("The clients' cluster."),
  namespace: told(shape.namespace, "Namespace of the Service that clients call."),
  service: told(shape.service, "The Service that clients call."),
  port: told(
    shape.port,
    "The port that clients call. The Service has it in every cluster. Default: 80.",
  ),
  protocol: shape.protocol.meta({
    title: "RoutedProtocol",
    description: "The clients' protocol. Default: `http`.",
  }),
  retry: shape.retry.meta({
    ...typed("RetrySpec"),
    description:
      "How failed requests are retried. Default: up to 3 times with a Failover, else never.",
  }),
  timeout: told(
    shape.timeout,
    "How long a request may take with all of its retries, such as `10s`. Default: Linkerd's own limits.",
  ),
  circuitBreaking: shape.circuitBreaking.meta({
    ...typed("CircuitBreakingSpec"),
    description:
      "When an endpoint that answers with `5xx`, or not in time, gets no requests for a while; `{}` takes the defaults. " +
      "Default: `{}` with a Failover, else an endpoint gets requests whatever it answers.",
  }),
} satisfies Record<Exclude<keyof TrafficEntryArgs, "exported">, z.ZodType>;

const places =
  "A place is `local` (the cluster's own Service), `federated`, or the name of a Link's target (its mirror).";
const asResource = " It is the resource `linkerd-topology:index:TrafficRoute`.";

export const failoverSchema = {
  description:
    "Sends the requests for a Service to the first place that has ready pods, and retries them." +
    asResource,
  inputs: {
    ...common,
    failover: told(shape.failover.unwrap(), `2 to 5 places, best first. ${places}`),
  },
  outputs: {},
} satisfies ResourceSchema;

export const splitSchema = {
  description: "Shares the requests for a Service among places, by weight." + asResource,
  inputs: { ...common, split: told(shape.split.unwrap(), `Place → its weight. ${places}`) },
  outputs: {},
} satisfies ResourceSchema;

export const routeToSchema = {
  description:
    "Sends the requests for a Service to places by their headers, path, query or method." +
    asResource,
  inputs: {
    ...common,
    routes: told(
      z.array(routeSchema.meta(typed("RouteSpec"))),
      `Which requests go where. The last route has no \`match\`: it is for all other requests. ${places}`,
    ),
  },
  outputs: {},
} satisfies ResourceSchema;

export const aliasSchema = {
  description:
    "Gives a Service of another cluster its plain name in this one, which lacks a Service of that name." +
    asResource,
  inputs: {
    ...common,
    alias: told(
      shape.alias.unwrap(),
      "The Link's target whose Service clients call by its plain name, or `federated`.",
    ),
  },
  outputs: {},
} satisfies ResourceSchema;
