import type * as z from "zod";
import { object, subnet } from "../topology/schema-parts.ts";

export const dockerSchema = object(
  {
    /**
     * Subnet of the network, IPv4 CIDR, at least a /20. Nodes get addresses of its first half. The second
     * half is divided into ranges of load-balancer addresses, one per cluster.
     * @default what Docker chooses, and no ranges for load balancers
     * @example 172.30.0.0/16
     */
    subnet: subnet("172.30.0.0/16").exactOptional(),
  },
  "a description of the Docker network",
  "write a map such as { subnet: 172.30.0.0/16 }",
);

/** The Docker network of a topology's nodes. */
export interface DockerSpec extends Readonly<z.infer<typeof dockerSchema>> {}
