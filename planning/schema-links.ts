import * as z from "zod";
import { clusterOrClusters, list, text, told, yesOrNo } from "./schema-parts.ts";

const labelValue = () =>
  told(
    z.string().regex(/^(|[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)$/),
    "the value of a label",
    'write a value such as "true"',
  );

const selector = (example: string) =>
  told(
    z.strictObject({
      matchLabels: told(
        z.record(z.string(), labelValue()),
        "a map of labels",
        `write a map such as { ${example} }`,
      ).exactOptional(),
      matchExpressions: list(
        told(
          z.strictObject({
            key: text("the key of a label", 'write a key such as "team"'),
            operator: told(
              z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
              "In, NotIn, Exists or DoesNotExist",
              "write In, NotIn, Exists or DoesNotExist",
            ),
            values: list(
              labelValue(),
              "a list of values of a label",
              "write a list such as [a, b]",
            ).exactOptional(),
          }),
          "a condition on a label",
          "write a map such as { key: team, operator: In, values: [a, b] }",
        ),
        "a list of conditions on labels",
        "write a list of maps such as { key: team, operator: Exists }",
      ).exactOptional(),
    }),
    "a label selector",
    `write a map such as { matchLabels: { ${example} } }`,
  );

const metadataKeys = (what: string) =>
  list(
    text(
      `the key of ${what}, or a prefix`,
      'write a key such as "example.org/team", or "prefix/*"',
    ),
    `a list of keys of ${what}s`,
    'write a list such as ["example.org/*"]',
  );

/** The shape of a `LinkSpec`. */
export const linkSchema = told(
  z.strictObject({
    from: clusterOrClusters().exactOptional(),
    to: clusterOrClusters().exactOptional(),
    between: list(
      told(z.string(), "a cluster's name", "write the name of a cluster"),
      "a list of clusters' names",
      "write a list such as [west, east]",
    ).exactOptional(),
    mode: told(
      z.enum(["gateway", "flat", "mixed"]),
      "gateway, flat or mixed",
      "write gateway, flat or mixed",
    ).exactOptional(),
    headless: yesOrNo().exactOptional(),
    selectors: told(
      z.strictObject({
        gateway: selector('mirror.linkerd.io/exported: "true"').exactOptional(),
        remoteDiscovery: selector("mirror.linkerd.io/exported: remote-discovery").exactOptional(),
        federated: selector("mirror.linkerd.io/federated: member").exactOptional(),
      }),
      "a map of label selectors per kind of export",
      "write a map with gateway, remoteDiscovery or federated",
    ).exactOptional(),
    excludedLabels: metadataKeys("a label").exactOptional(),
    excludedAnnotations: metadataKeys("an annotation").exactOptional(),
  }),
  "a Link",
  'write a map such as "- between: [west, east]" or "- { from: west, to: east }"',
);
