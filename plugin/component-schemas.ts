import type { ResourceSchema } from "../providers/server/index.ts";
import {
  existingClusterSchema,
  kindClusterSchema,
  networkOfDockerSchema,
} from "./schemas/clusters.ts";
import {
  accessAccountSchema,
  controlPlaneSchema,
  linkSchema,
  loadBalancerSchema,
  multiclusterSchema,
  podRoutesSchema,
} from "./schemas/mesh.ts";
import { token } from "./schemas/parts.ts";
import {
  defaultDenySchema,
  gatewayAdmissionSchema,
  servicePolicySchema,
} from "./schemas/policy.ts";
import { topologySchema } from "./schemas/topology.ts";
import { aliasSchema, failoverSchema, routeToSchema, splitSchema } from "./schemas/traffic.ts";
import { issuerSchema, trustAnchorSchema } from "./schemas/trust.ts";

/** The classes that the plugin serves, by their names. */
export const served = {
  Topology: topologySchema,
  TrustAnchor: trustAnchorSchema,
  Issuer: issuerSchema,
  Network: networkOfDockerSchema,
  KindCluster: kindClusterSchema,
  ExistingCluster: existingClusterSchema,
  ControlPlane: controlPlaneSchema,
  Multicluster: multiclusterSchema,
  AccessAccount: accessAccountSchema,
  Link: linkSchema,
  PodRoutes: podRoutesSchema,
  LoadBalancer: loadBalancerSchema,
  DefaultDeny: defaultDenySchema,
  GatewayAdmission: gatewayAdmissionSchema,
  ServicePolicy: servicePolicySchema,
  Failover: failoverSchema,
  Split: splitSchema,
  RouteTo: routeToSchema,
  Alias: aliasSchema,
} satisfies Record<string, ResourceSchema>;

/** The same by their tokens. */
export const componentSchemas: Readonly<Record<string, ResourceSchema>> = Object.fromEntries(
  Object.entries(served).map(([name, schema]) => [token(name), schema]),
);
