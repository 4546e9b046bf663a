import type { Service } from "../kubernetes/objects.ts";
import { listsPort } from "../planning/traffic/opaque-ports.ts";
import type { RoutePlan } from "../planning/plan-types.ts";

/** The values of a Service port's `appProtocol` that Linkerd treats as requests of a route's protocol. */
const spoken: Readonly<Record<RoutePlan["protocol"], readonly string[]>> = {
  http: ["http", "kubernetes.io/h2c"],
  grpc: ["kubernetes.io/h2c"],
};

/** Why Linkerd can't route requests to a port of a Service of others. Undefined: it can. */
export function whyNotReached(
  { spec }: Service,
  { port }: Pick<RoutePlan, "port">,
): string | undefined {
  if (spec?.clusterIP === "None") return "is headless, and Linkerd routes no requests to it";
  const { ports } = spec ?? {};
  if (ports === undefined || ports.some((one) => one.port === port)) return undefined;
  return `has no port ${port}, only ${ports.map((one) => one.port).join(", ")}`;
}

/** Why Linkerd doesn't route what clients send to a Service. Undefined: it does. */
export function whyNotRouted(
  service: Service,
  { port, protocol }: Pick<RoutePlan, "port" | "protocol">,
): string | undefined {
  const unreached = whyNotReached(service, { port });
  if (unreached !== undefined) return unreached;
  const appProtocol = service.spec?.ports?.find((one) => one.port === port)?.appProtocol;
  // It takes precedence over the list of opaque ports. Linkerd treats an unknown value as TCP.
  if (appProtocol !== undefined) {
    if (spoken[protocol].includes(appProtocol.toLowerCase())) return undefined;
    return `has the appProtocol ${appProtocol} at port ${port}, for which Linkerd follows no ${protocol} route (${spoken[protocol].join(" or ")}, or none at all)`;
  }
  const opaque = service.metadata.annotations?.["config.linkerd.io/opaque-ports"] ?? "";
  return listsPort(opaque, port)
    ? `has port ${port} among its opaque ports (config.linkerd.io/opaque-ports), whose requests Linkerd doesn't route`
    : undefined;
}
