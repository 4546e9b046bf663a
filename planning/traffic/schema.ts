import * as z from "zod";
import { limits } from "../limits.ts";
import {
  clusterOrClusters,
  expecting,
  integer,
  label,
  list,
  map,
  object,
  optional,
  serviceName,
  text,
  yesOrNo,
} from "../topology/schema-parts.ts";

const backend = () =>
  text(
    "where requests go",
    "write local, federated, or the name of a cluster that exports the Service",
  );

const failover = () =>
  list(
    backend(),
    `a list of ${limits.failoverSteps.first} to ${limits.failoverSteps.last} places where requests go`,
    "write a list such as [local, east]",
    { min: limits.failoverSteps.first, max: limits.failoverSteps.last },
  );

const split = () =>
  map(
    integer(
      0,
      limits.routeWeight,
      "a weight",
      "write how many of the requests go there, compared with the others",
    ),
    "a map of places where requests go to their weights",
    "write a map such as { local: 90, east: 10 }",
  );

const duration = (example: string) =>
  expecting(
    z.string().regex(/^[1-9]\d{0,4}(ms|s|m|h)$/),
    "a duration",
    `write a number with its unit (ms, s, m or h), such as ${example}`,
  );

const exactValues = (what: string, example: string) =>
  map(
    expecting(z.string().min(1), "a text", "write a text, in quotes where it looks like a number"),
    `a map of ${what} to the values that they must have`,
    `write a map such as ${example}`,
  );

const match = object(
  {
    /**
     * Headers with their required values.
     * @example { x-tenant: acme }
     */
    headers: exactValues("headers", "{ x-tenant: acme }").exactOptional(),
    /**
     * The beginning of the path, in whole segments. HTTP only.
     * @example /api
     */
    path: expecting(
      z.string().regex(/^\/[^\s?#]*$/),
      "a path",
      "write a path that begins with /, such as /api",
    ).exactOptional(),
    /**
     * Query parameters with their required values. HTTP only.
     * @example { version: "2" }
     */
    query: exactValues("query parameters", '{ version: "2" }').exactOptional(),
    /**
     * The method: for HTTP such as `GET`, for gRPC such as `Login`.
     * @example POST
     */
    method: text("a method", "write a method such as GET").exactOptional(),
    /**
     * The gRPC service. gRPC only.
     * @example users.v1.Accounts
     */
    grpcService: text(
      "the name of a gRPC service",
      "write a name such as users.v1.Accounts",
    ).exactOptional(),
  },
  "a condition on requests",
  "write a map such as { headers: { x-tenant: acme } }",
);

/** Which requests a route is for. All of the conditions must match. */
export interface MatchSpec extends Readonly<z.infer<typeof match>> {}

export const routeSchema = object(
  {
    /**
     * Which requests the route is for.
     * @default all that no other route is for
     * @example { headers: { x-tenant: acme } }
     */
    match: optional<MatchSpec>(match),
    /**
     * Where all of these requests go.
     * @example east
     */
    to: backend().exactOptional(),
    /**
     * See `failover` of the entry.
     * @example [local, east]
     */
    failover: failover().exactOptional(),
    /**
     * See `split` of the entry.
     * @example { local: 90, east: 10 }
     */
    split: split().exactOptional(),
  },
  "a route",
  "write a map such as { match: { headers: { x-tenant: acme } }, to: east }",
);

/** One route of a Service: which requests it is for, and where they go (`to`, `failover` or `split`). */
export interface RouteSpec extends Readonly<z.infer<typeof routeSchema>> {}

const retry = object(
  {
    /**
     * Which failures are retried. HTTP: `5xx`, `gateway-error` (502, 503, 504) or status codes such as
     * `502,504`. gRPC: codes such as `unavailable`.
     * @default `5xx` for HTTP, `unavailable` for gRPC
     * @example gateway-error
     */
    when: expecting(
      z.string().regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/),
      "a condition for asking again",
      'write "5xx", "gateway-error", status codes, or names of gRPC codes, with commas between them',
    ).exactOptional(),
    /**
     * How often one request is retried at most; 0 for never.
     * @default 3 with `failover`, else 0
     * @example 2
     */
    limit: integer(
      0,
      limits.retries,
      "a number of retries",
      "write a small number",
    ).exactOptional(),
    /**
     * How long one try waits for an answer before the next one. The last try has no such limit. A request that
     * takes longer is sent again, so write a longer time for a Service that is slow.
     * @default 3s with `failover`, else as long as the request may take
     * @example 5s
     */
    timeout: duration("1s").exactOptional(),
  },
  "a map of settings for retries",
  "write a map such as { limit: 2 }",
);

/** How failed requests are retried. */
export interface RetrySpec extends Readonly<z.infer<typeof retry>> {}

const circuitBreaking = object(
  {
    /**
     * Whether there is circuit breaking. With `failover` there is, unless you write `false`.
     * @default true
     * @example false
     */
    enabled: yesOrNo().exactOptional(),
    /**
     * How many requests in a row must fail at an endpoint before it gets no more.
     * @default 7
     * @example 3
     */
    maxFailures: integer(
      1,
      limits.accruedFailures,
      "a number of failures",
      "write how many requests in a row have to fail",
    ).exactOptional(),
    /**
     * How long the endpoint gets no requests at first. After that one request tries it.
     * @default 1s
     * @example 5s
     */
    minPenalty: duration("1s").exactOptional(),
    /**
     * How long it gets none at most: the penalty doubles each time that it fails again.
     * @default 10s
     * @example 30s
     */
    maxPenalty: duration("1m").exactOptional(),
    /**
     * Random share of a penalty that is added to it, so that clients don't all try at once.
     * @default 0.5
     * @example 1
     */
    jitterRatio: expecting(
      z.number().min(0).max(100),
      "a share, 0 to 100",
      "write a number such as 0.5",
    ).exactOptional(),
  },
  "a map of settings for circuit breaking",
  "write a map such as { maxFailures: 3 }, or {} for the defaults",
);

/** When an endpoint that answers with 5xx, or not in time, gets no requests for a while. */
export interface CircuitBreakingSpec extends Readonly<z.infer<typeof circuitBreaking>> {}

export const trafficEntry = object(
  {
    /**
     * The Service that clients call, in the clients' own cluster.
     * @example web
     */
    service: serviceName(limits.dnsLabel, '"web"'),
    /**
     * Its namespace.
     * @example shop
     */
    namespace: label(limits.dnsLabel, "", '"shop"'),
    /**
     * The port that clients call. The Service has it in every cluster that the entry leads to.
     * @default 80
     * @example 8080
     */
    port: integer(1, limits.port, "a port", "write a port number").exactOptional(),
    /**
     * The clients' protocol. Linkerd routes requests; it can't route what it treats as opaque TCP.
     * @default "http"
     * @example grpc
     */
    protocol: expecting(
      z.enum(["http", "grpc"]),
      "http or grpc, whose requests Linkerd routes",
      "write http or grpc; connections of other protocols stay with the Service that clients call",
    ).exactOptional(),
    /**
     * Cluster, or clusters, whose clients this applies to.
     * @default every cluster that has all that the entry leads to
     * @example [west, east]
     */
    in: clusterOrClusters().exactOptional(),
    /**
     * Where requests go, best first: to the first place with ready pods. `local` is the Service of the
     * client's own cluster, a cluster's name is its mirror, `federated` is the federated Service.
     * @example [local, east, far]
     */
    failover: failover().exactOptional(),
    /**
     * Where requests go → its share, as a weight.
     * @example { local: 90, east: 10 }
     */
    split: split().exactOptional(),
    /**
     * Which requests go where. The last route has no `match`: it is for all other requests.
     * @example [{ match: { headers: { x-tenant: acme } }, to: far }, { to: local }]
     */
    routes: list<RouteSpec>(
      routeSchema,
      "a list of 1 to 16 routes",
      "write a list such as [{ match: { path: /api }, to: east }, { to: local }]",
      { min: 1, max: limits.routes },
    ).exactOptional(),
    /**
     * The cluster whose Service clients call by its plain name. `up` creates a Service of that name in the
     * clients' clusters, which lack it.
     * @example east
     */
    alias: backend().exactOptional(),
    /**
     * How failed requests are retried.
     * @example { limit: 2 }
     */
    retry: optional<RetrySpec>(retry),
    /**
     * When an endpoint that answers with `5xx`, or not within `retry.timeout`, gets no requests for a while.
     * `failover` and `split` then skip a place if that is true of all of its endpoints. `{}` takes the
     * defaults. `up` sets annotations on the Service that clients call.
     * @default {} with `failover`, else none: an endpoint gets requests whatever it answers
     * @example { maxFailures: 5 }
     */
    circuitBreaking: optional<CircuitBreakingSpec>(circuitBreaking),
    /**
     * How long a request may take with all of its retries.
     * @default Linkerd's own limits
     * @example 10s
     */
    timeout: duration("10s").exactOptional(),
  },
  "an entry of traffic",
  'write a map such as "- { service: web, namespace: shop, failover: [local, east] }"',
);

/** Where the requests for one Service go: `failover`, `split`, `routes` or `alias`. */
export interface TrafficSpec extends Readonly<z.infer<typeof trafficEntry>> {}

export const trafficSchema = list<TrafficSpec>(
  trafficEntry,
  "a list of entries of traffic",
  'write a list such as "- { service: web, namespace: shop, failover: [local, east] }"',
);
