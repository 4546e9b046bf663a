import type { Service } from "../kubernetes/objects.ts";
import { listsPort } from "../planning/traffic/opaque-ports.ts";
import type { RouteWanted } from "./traffic-objects.ts";

/** What Linkerd takes for requests that a route is for, where a port of a Service says what it speaks. */
const spoken: Readonly<Record<RouteWanted["protocol"], readonly string[]>> = {
  http: ["http", "kubernetes.io/h2c"],
  grpc: ["kubernetes.io/h2c"],
};

/** Why Linkerd can't route requests to a port of a Service that others made; undefined: it can. */
export function whyNotReached(
  { spec }: Service,
  { port }: Pick<RouteWanted, "port">,
): string | undefined {
  if (spec?.clusterIP === "None") return "is headless, and Linkerd routes no requests to it";
  const { ports } = spec ?? {};
  if (ports === undefined || ports.some((one) => one.port === port)) return undefined;
  return `has no port ${port}, only ${ports.map((one) => one.port).join(", ")}`;
}

/** Why Linkerd doesn't route what clients send to a Service; undefined: it does. */
export function whyNotRouted(
  service: Service,
  { port, protocol }: Pick<RouteWanted, "port" | "protocol">,
): string | undefined {
  const unreached = whyNotReached(service, { port });
  if (unreached !== undefined) return unreached;
  const appProtocol = service.spec?.ports?.find((one) => one.port === port)?.appProtocol;
  // It comes before the list of opaque ports, and Linkerd takes what it doesn't know for TCP.
  if (appProtocol !== undefined) {
    if (spoken[protocol].includes(appProtocol.toLowerCase())) return undefined;
    return `has the appProtocol ${appProtocol} at port ${port}, for which Linkerd follows no ${protocol} route (${spoken[protocol].join(" or ")}, or none at all)`;
  }
  const opaque = service.metadata.annotations?.["config.linkerd.io/opaque-ports"] ?? "";
  return listsPort(opaque, port)
    ? `has port ${port} among its opaque ports (config.linkerd.io/opaque-ports), whose requests Linkerd doesn't route`
    : undefined;
}
