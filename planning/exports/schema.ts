import type * as z from "zod";
import { limits } from "../limits.ts";
import {
  clusterOrClusters,
  integer,
  label,
  list,
  object,
  oneOf,
  optional,
  serviceName,
} from "../topology/schema-parts.ts";

const exportKind = oneOf(["gateway", "remote-discovery", "federated"]);

/** How a Service is exported. */
export type ExportKind = z.infer<typeof exportKind>;

const replicas = () =>
  integer(1, limits.headlessPods, "a number of pods", "write how many pods the StatefulSet has");

const firstOrdinal = () =>
  integer(0, limits.ordinal, "the number of a pod", "write spec.ordinals.start of the StatefulSet");

const furtherSet = object(
  {
    /**
     * Name of the StatefulSet.
     * @example db-arm
     */
    statefulSet: serviceName(limits.dnsLabel, '"db"'),
    /**
     * The number of its pods.
     * @example 3
     */
    replicas: replicas(),
    /**
     * Ordinal of its first pod: `spec.ordinals.start`.
     * @default 0
     * @example 1
     */
    start: firstOrdinal().exactOptional(),
  },
  "a StatefulSet",
  "write a map such as { statefulSet: db-arm, replicas: 2 }",
);

/** Another StatefulSet behind an exported headless Service. */
export interface FurtherSetSpec extends Readonly<z.infer<typeof furtherSet>> {}

const headless = object(
  {
    /**
     * Name of the StatefulSet. Its `serviceName` must be this Service, otherwise pods have no host names of
     * their own. The names of the pods' mirrors begin with it, so it must be a DNS-1035 label.
     * @default the Service's name
     * @example db
     */
    statefulSet: serviceName(limits.dnsLabel, '"db"').exactOptional(),
    /**
     * The number of its pods.
     * @example 3
     */
    replicas: replicas(),
    /**
     * Ordinal of its first pod: `spec.ordinals.start`.
     * @default 0
     * @example 1
     */
    start: firstOrdinal().exactOptional(),
    /**
     * Other StatefulSets behind the same Service.
     * @default []
     * @example [{ statefulSet: db-arm, replicas: 2 }]
     */
    also: list<FurtherSetSpec>(
      furtherSet,
      "a list of StatefulSets",
      "write a list such as [{ statefulSet: db-arm, replicas: 2 }]",
    ).exactOptional(),
  },
  "a description of a headless Service's pods",
  "write a map such as { replicas: 2 }",
);

/** The pods of an exported headless Service. */
export interface HeadlessSpec extends Readonly<z.infer<typeof headless>> {}

const serviceExport = object(
  {
    /**
     * Name of the Service: a DNS-1035 label, which begins with a letter.
     * @example web
     */
    service: serviceName(limits.dnsLabel, '"web"'),
    /**
     * Its namespace. Mirrors are in the namespace of the same name.
     * @example shop
     */
    namespace: label(limits.dnsLabel, "", '"shop"'),
    /**
     * Cluster, or clusters, that export it: targets of the Links that carry it.
     * @example [east, north]
     */
    from: clusterOrClusters(),
    /**
     * How it is exported: `gateway` (its mirror leads through the target's gateway), `remote-discovery` (its
     * mirror leads to its pods) or `federated` (it is a member of one Service over all clusters,
     * `<service>-federated`).
     * @default "gateway"
     * @example federated
     */
    as: exportKind.exactOptional(),
    /**
     * The Service is headless, for the pods of a StatefulSet. Besides `<service>-<target>`, each pod gets a
     * mirror, `<pod>-<target>`. Only with `as: gateway`.
     * @default the Service has a cluster address
     * @example { replicas: 3 }
     */
    headless: optional<HeadlessSpec>(headless),
    /**
     * The Service's ports. With them, the plan refuses `traffic` to another port; without them, `up` finds
     * that out.
     * @default unknown
     * @example [80, 9090]
     */
    ports: list(
      integer(1, limits.port, "a port", "write a port number"),
      "a list of the Service's ports",
      "write a list such as [80]",
      { min: 1 },
    ).exactOptional(),
  },
  "an export",
  'write a map such as "- { service: web, namespace: shop, from: east }"',
);

/** A Service that one or several clusters export. */
export interface ExportSpec extends Readonly<z.infer<typeof serviceExport>> {}

export const exportsSchema = list<ExportSpec>(
  serviceExport,
  "a list of exports",
  'write a list such as "- { service: web, namespace: shop, from: east }"',
);
