import * as z from "zod";
import { limits } from "../limits.ts";
import { accessSchema, type AccessSpec } from "../access/schema.ts";
import { clustersSchema } from "../clusters/schema.ts";
import { dockerSchema, type DockerSpec } from "../docker/schema.ts";
import { exportsSchema } from "../exports/schema.ts";
import { linkerdSchema, type LinkerdSpec } from "../linkerd/schema.ts";
import { linksSchema } from "../links/schema.ts";
import { observabilitySchema, type ObservabilitySpec } from "../observability/schema.ts";
import { label, object, optional, expecting, yesOrNo } from "./schema-parts.ts";
import { trafficSchema } from "../traffic/schema.ts";
import { trustSchema, type TrustSpec } from "../trust/schema.ts";

/**
 * The shape of a topology: its keys, their types and their limits. What one part requires of another is in
 * `rules/`.
 */
export const topologySchema = object(
  {
    /**
     * The JSON schema with which an editor checks the file. Nothing else reads it.
     * @example ./node_modules/linkerd-topology/dist/topology.schema.json
     */
    $schema: expecting(
      z.string(),
      "the address of a JSON schema",
      "write an address, or leave it out",
    ).exactOptional(),
    /**
     * Name of the topology: a DNS-1123 label of at most 46 characters. It is the prefix of every name on the
     * Docker host (network, node containers), so that several topologies on one machine don't collide.
     * @default the name of the Pulumi stack
     * @example lab
     */
    name: label(limits.topologyName, "", '"lab"').exactOptional(),
    /**
     * The clusters, 1 to 128.
     * @example [{ name: west }, { name: east }]
     */
    clusters: clustersSchema,
    /**
     * The Links between them.
     * @default []
     * @example [{ between: [west, east] }]
     */
    links: linksSchema.exactOptional(),
    /**
     * Which Services are exported, and how. Optional: a Service with the right label is mirrored without an
     * entry here. But an entry is checked before anything exists, `up` sets its labels once the Service
     * exists, and its mirrors are part of the plan.
     * @default []
     * @example [{ service: web, namespace: shop, from: east }]
     */
    exports: exportsSchema.exactOptional(),
    /**
     * Where requests for Services go: failover in order, splits, routes, and aliases. `up` creates the routes
     * once the Services exist.
     * @default []
     * @example [{ service: web, namespace: shop, failover: [local, east] }]
     */
    traffic: trafficSchema.exactOptional(),
    /**
     * The accounts with which sources watch their targets.
     * @example { tokenGeneration: 2 }
     */
    access: optional<AccessSpec>(accessSchema),
    /**
     * The Docker network of the topology.
     * @example { subnet: 172.30.0.0/16 }
     */
    docker: optional<DockerSpec>(dockerSchema),
    /**
     * The Linkerd to install in every cluster.
     * @example { highAvailability: true }
     */
    linkerd: optional<LinkerdSpec>(linkerdSchema),
    /**
     * Trust anchors, issuers and their lifetimes.
     * @example { anchors: [{ generation: 1 }, { generation: 2 }], signer: 2 }
     */
    trust: optional<TrustSpec>(trustSchema),
    /**
     * A Prometheus in each cluster that keeps the metrics of the mesh, with alerts and dashboards for Grafana.
     * @default none
     * @example { prometheus: { retention: 30d }, collectIn: west }
     */
    observability: optional<ObservabilitySpec>(observabilitySchema),
    /**
     * The mesh was made by others: by Linkerd's CLI, Helm or GitOps. `up` takes it over as it is, and shows
     * first what that means. Linkerd and its extension stay with what installed them, and `down` leaves them.
     * @default false
     * @example true
     */
    adopt: yesOrNo().exactOptional(),
    /**
     * Refuses every update that would delete or replace a cluster or a trust anchor, and `down`. The rest can
     * still be edited.
     * @default false
     * @example true
     */
    protect: yesOrNo().exactOptional(),
  },
  "a topology",
  "write a map with the key clusters",
);

/**
 * A topology: its clusters, how they are linked, and what runs in them.
 *
 * It is plain data: it decides which resources exist, so no part of it can be a Pulumi output.
 *
 * @example
 * ```yaml
 * clusters:
 *   - name: west
 *   - name: east
 * links:
 *   - between: [west, east]
 * ```
 */
export interface Topology extends Readonly<z.infer<typeof topologySchema>> {}
