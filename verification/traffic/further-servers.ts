import type { TrafficPlan } from "../../planning/plan-types.ts";

/** A further server in each pod of the probes, and the port of their Services that leads to it. */
export interface FurtherServer {
  /** Name of the container and of the port. */
  readonly name: string;
  /** Port of the Services. */
  readonly port: number;
  readonly serverPort: number;
  /** What agnhost runs. */
  readonly args: readonly string[];
  /** By which the kubelet sees that it serves. A connection alone proves nothing: the proxy accepts it. */
  readonly readinessProbe: object;
  /** What clients' proxies speak to it without looking at a connection first. */
  readonly appProtocol?: string;
}

const anyPath = 8090;
const grpc = 8091;

/** Answers every path and method with its name, and any method of gRPC with "unimplemented". */
const further = {
  anyPath: {
    name: "any",
    port: 81,
    serverPort: anyPath,
    args: ["netexec", `--http-port=${anyPath}`, "--udp-port=-1", "--http-override=/hostname"],
    readinessProbe: { httpGet: { path: "/readyz", port: anyPath }, periodSeconds: 1 },
  },
  grpc: {
    name: "grpc",
    port: 82,
    serverPort: grpc,
    args: ["grpc-health-checking", `--port=${grpc}`, "--http-port=8092"],
    readinessProbe: { grpc: { port: grpc }, periodSeconds: 1 },
    appProtocol: "kubernetes.io/h2c",
  },
} as const satisfies Record<string, FurtherServer>;

/** The server that counts calls of gRPC. */
export const grpcServer: FurtherServer = further.grpc;

/** The server that the requests of an entry of `traffic` need. Undefined: the first one will do. */
export function furtherServerFor({
  protocol,
  rules,
}: Pick<TrafficPlan, "protocol" | "rules">): FurtherServer | undefined {
  if (protocol === "grpc") return further.grpc;
  return rules.some(({ match }) => match?.path !== undefined) ? further.anyPath : undefined;
}

export function furtherServersFor(
  traffic: readonly Pick<TrafficPlan, "protocol" | "rules">[],
): readonly FurtherServer[] {
  return [...new Set(traffic.flatMap((one) => furtherServerFor(one) ?? []))];
}

/** Whether a port of a probe's Service leads to its first server, as every Service's does. */
export function isFirstPort(name: string | undefined): boolean {
  return !Object.values(further).some((one) => one.name === name);
}

/** The port of a Service that leads to a further server. */
export function furtherPort({ name, port, serverPort, appProtocol }: FurtherServer) {
  return { name, port, targetPort: serverPort, ...(appProtocol !== undefined && { appProtocol }) };
}
