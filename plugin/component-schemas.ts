import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** The same by their tokens, each with its example. */
export const componentSchemas: Readonly<Record<string, ResourceSchema>> = Object.fromEntries(
  Object.entries(served).map(([name, schema]) => [
    token(name),
    { ...schema, description: schema.description + exampleOf(name) },
  ]),
);

/** As Pulumi's documentation looks for it. The first line of the file is the title. */
function exampleOf(name: string): string {
  const file = join(import.meta.dirname, "schemas", "examples", `${name}.yaml`);
  const [title = "", ...program] = readFileSync(file, "utf8").trim().split("\n");
  return `

{{% examples %}}
## Example Usage
{{% example %}}
### ${title.replace("# ", "")}
\`\`\`yaml
${program.join("\n")}
\`\`\`
{{% /example %}}
{{% /examples %}}
`;
}
