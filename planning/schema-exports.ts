import * as z from "zod";
import { limits } from "./limits.ts";
import { clusterOrClusters, integer, label, serviceName, told } from "./schema-parts.ts";

/** The shape of an `ExportSpec`. */
export const exportSchema = told(
  z.strictObject({
    service: serviceName(limits.dnsLabel, '"web"'),
    namespace: label(limits.dnsLabel, "", '"shop"'),
    from: clusterOrClusters(),
    as: told(
      z.enum(["gateway", "remote-discovery", "federated"]),
      "gateway, remote-discovery or federated",
      "write gateway, remote-discovery or federated",
    ).exactOptional(),
    headless: told(
      z.strictObject({
        statefulSet: label(limits.dnsLabel, "", '"db"').exactOptional(),
        replicas: integer(1, 1000, "a number of pods", "write how many pods the StatefulSet has"),
      }),
      "a description of a headless Service's pods",
      "write a map such as { replicas: 2 }",
    ).exactOptional(),
  }),
  "an export",
  'write a map such as "- { service: web, namespace: shop, from: east }"',
);
