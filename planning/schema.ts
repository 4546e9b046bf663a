import * as z from "zod";
import { limits } from "./limits.ts";
import { accessSchema } from "./schema-access.ts";
import { clusterSchema } from "./schema-cluster.ts";
import { exportsSchema } from "./schema-exports.ts";
import { linksSchema } from "./schema-links.ts";
import { label, subnet, text, told, yesOrNo } from "./schema-parts.ts";
import { trustSchema } from "./schema-trust.ts";

const chartValues = () =>
  told(
    z.record(z.string(), z.unknown()),
    "a map of a chart's values",
    "write a map of values",
  ).exactOptional();

/**
 * The shape of a `Topology`: which keys there are, of which type, within which limits. What one part
 * demands of another is in `rules/`.
 */
export const topologySchema = told(
  z.strictObject({
    name: label(limits.topologyName, "", '"lab"').exactOptional(),
    clusters: told(
      z.array(clusterSchema).min(1).max(limits.clusters),
      `a list of 1 to ${limits.clusters} clusters`,
      'write a list of clusters, such as "- name: west"',
    ),
    links: linksSchema.exactOptional(),
    exports: exportsSchema.exactOptional(),
    access: accessSchema.exactOptional(),
    docker: told(
      z.strictObject({ subnet: subnet("172.30.0.0/16").exactOptional() }),
      "a description of the Docker network",
      "write a map such as { subnet: 172.30.0.0/16 }",
    ).exactOptional(),
    linkerd: told(
      z.strictObject({
        version: text("a Linkerd release", "write a release such as edge-26.1.1").exactOptional(),
        highAvailability: yesOrNo().exactOptional(),
        values: told(
          z.strictObject({
            crds: chartValues(),
            controlPlane: chartValues(),
            multicluster: chartValues(),
          }),
          "a map of values per chart",
          "write a map with crds, controlPlane or multicluster",
        ).exactOptional(),
      }),
      "a description of Linkerd",
      "write a map such as { version: edge-26.1.1 }",
    ).exactOptional(),
    trust: trustSchema.exactOptional(),
  }),
  "a topology",
  "write a map with the key clusters",
);
