import * as z from "zod";
import { limits } from "../limits.ts";
import { label, list, map, object, optional, text, yesOrNo } from "../topology/schema-parts.ts";

const chart = () =>
  map(z.unknown(), "a map of a chart's values", "write a map of values").exactOptional();

const chartValues = object(
  {
    /**
     * Of linkerd-crds.
     * @default {}
     * @example { enableHttpRoutes: false }
     */
    crds: chart(),
    /**
     * Of linkerd-control-plane.
     * @default {}
     * @example { proxy: { logLevel: "warn,linkerd=debug" } }
     */
    controlPlane: chart(),
    /**
     * Of linkerd-multicluster.
     * @default {}
     * @example { gateway: { replicas: 2 } }
     */
    multicluster: chart(),
    /**
     * Of linkerd-viz, for topologies with observability.viz.
     * @default {}
     * @example { tap: { replicas: 2 } }
     */
    viz: chart(),
  },
  "a map of values per chart",
  "write a map with crds, controlPlane, multicluster or viz",
);

/** Values of Linkerd's charts, as the charts document them. */
export interface ChartValuesSpec extends Readonly<z.infer<typeof chartValues>> {}

/** A release of Linkerd, as a person writes it. */
export function linkerdVersion() {
  return text(
    "a Linkerd release",
    'write a release such as edge-26.6.3, or a stable number in quotes, such as "2.20"',
  );
}

export const linkerdSchema = object(
  {
    /**
     * Release of Linkerd, or the stable number that it stands for.
     * @default "edge-26.6.3"
     * @example edge-26.6.3
     * @example "2.20"
     */
    version: linkerdVersion().exactOptional(),
    /**
     * Three replicas of each controller, on different nodes; needs three nodes.
     * @default false
     * @example true
     */
    highAvailability: yesOrNo().exactOptional(),
    /**
     * Namespaces whose meshed workloads `up` restarts if they run another proxy than Linkerd would inject
     * now: after an upgrade, or after a change of a value that affects the proxy. This applies to every
     * cluster that has the namespaces. Workloads of other namespaces are left to their owners.
     * @default []
     * @example [shop]
     */
    restart: list(
      label(limits.dnsLabel, "", '"shop"'),
      "a list of namespaces",
      "write a list such as [shop]",
    ).exactOptional(),
    /**
     * Values for each chart, merged over the package's own.
     * @default {}
     * @example { controlPlane: { proxy: { logLevel: "warn,linkerd=debug" } } }
     */
    values: optional<ChartValuesSpec>(chartValues),
  },
  "a description of Linkerd",
  "write a map such as { version: edge-26.6.3 }",
);

/** The Linkerd to install in every cluster. */
export interface LinkerdSpec extends Readonly<z.infer<typeof linkerdSchema>> {}
