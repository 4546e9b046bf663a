import * as z from "zod";
import { labelValue } from "../labels.ts";
import {
  clusterOrClusters,
  list,
  map,
  object,
  oneOf,
  optional,
  text,
  expecting,
  yesOrNo,
} from "../topology/schema-parts.ts";

const labelExpression = object(
  {
    /**
     * Key of the label, such as `team` or `example.org/team`.
     * @example team
     */
    key: text("the key of a label", 'write a key such as "team"'),
    /**
     * `In` and `NotIn` compare with `values`. `Exists` and `DoesNotExist` ask for the label itself.
     * @example In
     */
    operator: oneOf(["In", "NotIn", "Exists", "DoesNotExist"]),
    /**
     * Only for `In` and `NotIn`, which need it.
     * @example [shop, billing]
     */
    values: list(
      labelValue("true"),
      "a list of values of a label",
      "write a list such as [a, b]",
    ).exactOptional(),
  },
  "a condition on a label",
  "write a map such as { key: team, operator: In, values: [a, b] }",
);

/** One condition on a label, as in Kubernetes. */
export interface LabelExpression extends Readonly<z.infer<typeof labelExpression>> {}

const labelSelector = (example: string) =>
  object(
    {
      /**
       * Labels with their required values.
       * @default {}
       * @example { team: shop }
       */
      matchLabels: map(
        labelValue("true"),
        "a map of labels",
        `write a map such as { ${example} }`,
      ).exactOptional(),
      /**
       * Conditions on labels.
       * @default []
       * @example [{ key: team, operator: In, values: [shop, billing] }]
       */
      matchExpressions: list<LabelExpression>(
        labelExpression,
        "a list of conditions on labels",
        "write a list of maps such as { key: team, operator: Exists }",
      ).exactOptional(),
    },
    "a label selector",
    `write a map such as { matchLabels: { ${example} } }`,
  );

/** Selects exported Services. All of the labels and all of the expressions must match. */
export interface LabelSelector extends Readonly<z.infer<ReturnType<typeof labelSelector>>> {}

export const selectorsSchema = object(
  {
    /**
     * Gateway exports; gateway and mixed Links.
     * @default { matchLabels: { "mirror.linkerd.io/exported": "true" } }
     * @example { matchLabels: { "example.org/exported": "gateway" } }
     */
    gateway: optional<LabelSelector>(labelSelector('mirror.linkerd.io/exported: "true"')),
    /**
     * Remote-discovery exports; flat and mixed Links.
     * @default { matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" } }
     * @example { matchLabels: { "example.org/exported": "pods" } }
     */
    remoteDiscovery: optional<LabelSelector>(
      labelSelector("mirror.linkerd.io/exported: remote-discovery"),
    ),
    /**
     * Members of federated Services; flat and mixed Links.
     * @default { matchLabels: { "mirror.linkerd.io/federated": "member" } }
     * @example { matchLabels: { "example.org/federated": "member" } }
     */
    federated: optional<LabelSelector>(labelSelector("mirror.linkerd.io/federated: member")),
  },
  "a map of label selectors per kind of export",
  "write a map with gateway, remoteDiscovery or federated",
);

/** Which Services of the target a Link carries, by kind of export. */
export interface SelectorsSpec extends Readonly<z.infer<typeof selectorsSchema>> {}

export const metadataKeys = (what: string) =>
  list(
    text(
      `the key of ${what}, or a prefix`,
      'write a key such as "example.org/team", or "prefix/*"',
    ),
    `a list of keys of ${what}s`,
    'write a list such as ["example.org/*"]',
  );

export const linkModes = ["gateway", "flat", "mixed"] as const;

export const linkMode = oneOf(linkModes);

/** Which kinds of export a Link carries. */
export type LinkMode = z.infer<typeof linkMode>;

const link = object(
  {
    /**
     * Source, or sources: the clusters with the clients and the mirror Services.
     * @example west
     */
    from: clusterOrClusters().exactOptional(),
    /**
     * Target, or targets: the clusters that own the exported Services.
     * @example [east, north]
     */
    to: clusterOrClusters().exactOptional(),
    /**
     * Links in both directions between every two of these clusters.
     * @example [west, east, north]
     */
    between: list(
      expecting(z.string(), "a cluster's name", "write the name of a cluster"),
      "a list of clusters' names",
      "write a list such as [west, east]",
    ).exactOptional(),
    /**
     * `gateway`: traffic enters the target through its gateway. `flat`: traffic goes from pod to pod, and the
     * client's own identity arrives. `mixed`: both, as the label of each exported Service says.
     * @default `mixed` between clusters whose pods have routes to each other, else `gateway`
     * @example flat
     */
    mode: linkMode.exactOptional(),
    /**
     * Mirrors headless Services pod by pod. Only for gateway and mixed Links.
     * @default true
     * @example false
     */
    headless: yesOrNo().exactOptional(),
    /**
     * Which Services of the target the Link carries, by kind of export.
     * @default Linkerd's own labels
     * @example { gateway: { matchLabels: { "example.org/exported": "gateway" } } }
     */
    selectors: optional<SelectorsSpec>(selectorsSchema),
    /**
     * Labels that mirrors don't get: keys, or `prefix/*`.
     * @default []
     * @example ["example.org/*"]
     */
    excludedLabels: metadataKeys("a label").exactOptional(),
    /**
     * Annotations that mirrors don't get, besides kubectl's own: keys, or `prefix/*`.
     * @default []
     * @example ["example.org/*"]
     */
    excludedAnnotations: metadataKeys("an annotation").exactOptional(),
  },
  "a Link",
  'write a map such as "- between: [west, east]" or "- { from: west, to: east }"',
);

/**
 * Directed Links (`from`, `to`), or Links in both directions between every two clusters of a group
 * (`between`). Exactly one of the two forms.
 */
export interface LinkSpec extends Readonly<z.infer<typeof link>> {}

export const linksSchema = list<LinkSpec>(
  link,
  "a list of Links",
  'write a list such as "- between: [west, east]"',
);
