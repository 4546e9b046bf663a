import { defaults } from "../defaults.ts";
import { type Path, type RuleProblem, show } from "../topology/problem.ts";
import type { MatchSpec, RouteSpec, TrafficSpec } from "../topology.ts";

const forms = ["failover", "split", "routes", "alias"] as const;
const ways = ["to", "failover", "split"] as const;

/** Checks an entry of traffic on its own, apart from clusters, Links and exports. */
export function* checkEntry(entry: TrafficSpec, path: Path): Iterable<RuleProblem> {
  yield* checkOneOf(entry, forms, path);
  yield* checkPlaces(entry, path);
  const protocol = entry.protocol ?? defaults.trafficProtocol;
  const { routes = [] } = entry;
  for (const [index, route] of routes.entries()) {
    const at = [...path, "routes", index];
    yield* checkOneOf(route, ways, at);
    yield* checkPlaces(route, at);
    yield* checkMatch(route, [...at, "match"], protocol);
    if (index === routes.length - 1) {
      if (route.match !== undefined) {
        yield {
          path: at,
          message:
            "the last route has a match, and Linkerd answers all requests that match none with 404",
          fix: 'end the list with a route for all others, such as "- { to: local }"',
        };
      }
    } else if (route.match === undefined) {
      yield {
        path: at,
        message: "a route without a match takes all requests, and leaves none for those after it",
        fix: "give it a match, or write it last",
      };
    }
  }
  yield* checkRetries(entry, path, protocol);
  yield* checkPenalties(entry, path);
}

const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** For a duration that the schema has accepted. */
function millisecondsOf(duration: string): number {
  const [, count, unit = "s"] = /^(\d+)(\w+)$/.exec(duration) ?? [];
  return Number(count) * milliseconds[unit as keyof typeof milliseconds];
}

/** Linkerd ignores circuit breaking if the penalties contradict each other. */
function* checkPenalties({ circuitBreaking }: TrafficSpec, path: Path): Iterable<RuleProblem> {
  if (circuitBreaking === undefined) return;
  const { minPenalty, maxPenalty } = { ...defaults.circuitBreaking, ...circuitBreaking };
  if (millisecondsOf(minPenalty) <= millisecondsOf(maxPenalty)) return;
  const key = circuitBreaking.maxPenalty === undefined ? "minPenalty" : "maxPenalty";
  yield {
    path: [...path, "circuitBreaking", key],
    message: `the first penalty, ${minPenalty}, is longer than the longest one, ${maxPenalty}`,
    fix: "write a shorter minPenalty, or a longer maxPenalty",
  };
}

function* checkOneOf<T extends object>(
  spec: T,
  keys: readonly (keyof T & string)[],
  path: Path,
): Iterable<RuleProblem> {
  const given = keys.filter((key) => spec[key] !== undefined);
  if (given.length === 1) return;
  const [last, ...others] = keys.toReversed();
  yield {
    path: given[1] === undefined ? path : [...path, given[1]],
    message:
      given.length === 0
        ? "doesn't say where requests go"
        : `says twice where requests go: ${given.join(" and ")}`,
    fix: `write one of ${others.toReversed().join(", ")} and ${last ?? ""}`,
  };
}

function* checkPlaces(
  { failover, split }: Pick<RouteSpec, "failover" | "split">,
  path: Path,
): Iterable<RuleProblem> {
  const seen = new Set<string>();
  for (const [index, name] of (failover ?? []).entries()) {
    if (seen.has(name)) {
      yield {
        path: [...path, "failover", index],
        message: `${show(name)} is named twice`,
        fix: "leave it out of one of the two places",
      };
    }
    seen.add(name);
  }
  if (split === undefined) return;
  const weights = Object.values(split);
  if (weights.length < 2) {
    yield {
      path: [...path, "split"],
      message: weights.length === 0 ? "names no place" : "names one place, and splits nothing",
      fix: "name at least 2 places with their weights, such as { local: 90, east: 10 }",
    };
  } else if (weights.every((weight) => weight === 0)) {
    yield {
      path: [...path, "split"],
      message: "the weights come to 0, and Linkerd would answer every request with an error",
      fix: "give at least one place a weight above 0",
    };
  }
}

const httpMethods = "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" ");

function* checkMatch(
  { match }: RouteSpec,
  path: Path,
  protocol: "http" | "grpc",
): Iterable<RuleProblem> {
  if (match === undefined) return;
  const { headers = {}, query = {}, ...others } = match;
  if (Object.keys({ ...headers, ...query, ...others }).length === 0) {
    yield {
      path,
      message: "has no condition, and matches all requests",
      fix: "write a condition, or leave match out",
    };
  }
  const foreign: readonly (keyof MatchSpec)[] =
    protocol === "http" ? ["grpcService"] : ["path", "query"];
  for (const key of foreign) {
    if (match[key] === undefined) continue;
    yield {
      path: [...path, key],
      message: `${key} is no condition on requests of protocol ${protocol}`,
      fix:
        protocol === "http"
          ? "write protocol: grpc, or leave it out"
          : "leave it out, or write grpcService and method",
    };
  }
  // The policy controller sends such a rule without an rpc. The proxy takes none (MissingRpc in its route
  // library), and answers every request for the Service with an error. Seen with edge-26.1.1.
  const asksForRpc = match.grpcService !== undefined || match.method !== undefined;
  if (protocol === "grpc" && !asksForRpc && Object.keys(headers).length > 0) {
    yield {
      path: [...path, "headers"],
      message: "Linkerd's proxy accepts no route of protocol grpc that asks for headers alone",
      fix: "add grpcService or method",
    };
  }
  if (protocol === "http" && match.method !== undefined && !httpMethods.includes(match.method)) {
    yield {
      path: [...path, "method"],
      message: `${show(match.method)} is not a method of HTTP`,
      fix: httpMethods.includes(match.method.toUpperCase())
        ? `write ${match.method.toUpperCase()}`
        : `write one of ${httpMethods.join(", ")}`,
    };
  }
}

/** What Linkerd's policy controller understands. With anything else it treats the route as invalid. */
const conditions = {
  http: {
    pattern: /^(5xx|gateway-error|[1-5]\d\d(-[1-5]\d\d)?)$/,
    known: "5xx, gateway-error, a status code or a range such as 502-504",
  },
  grpc: {
    pattern: /^(cancelled|deadline-exceeded|internal|resource-exhausted|unavailable)$/,
    known: "cancelled, deadline-exceeded, internal, resource-exhausted or unavailable",
  },
} as const;

function* checkRetries(
  { retry }: TrafficSpec,
  path: Path,
  protocol: "http" | "grpc",
): Iterable<RuleProblem> {
  if (retry === undefined) return;
  const { pattern, known } = conditions[protocol];
  const wrong = retry.when?.split(",").find((condition) => !pattern.test(condition));
  if (wrong !== undefined) {
    yield {
      path: [...path, "retry", "when"],
      message: `${show(wrong)} is no condition on answers of protocol ${protocol}`,
      fix: `write ${known}`,
    };
  }
}
