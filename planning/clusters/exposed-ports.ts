import { defaults } from "../defaults.ts";
import type { Draft } from "../topology/shape.ts";
import type { GatewaySpec } from "../topology.ts";

/** Ports of a gateway's Service. Behind a load balancer they are the gateway's own: its chart can't map them. */
export function exposedPorts({
  serviceType,
  nodePort = defaults.gatewayNodePort,
  probeNodePort = defaults.probeNodePort,
}: Draft<GatewaySpec>): { readonly port: number; readonly probePort: number } {
  return serviceType === "LoadBalancer"
    ? { port: defaults.gatewayPort, probePort: defaults.probePort }
    : { port: nodePort, probePort: probeNodePort };
}
