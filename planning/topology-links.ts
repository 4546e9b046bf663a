import type { LabelValue, PlainText } from "./topology-text.ts";

/** Which kinds of export a Link carries. */
export type LinkMode = "gateway" | "flat" | "mixed";

/**
 * Directed Links (`from`, `to`), or Links both ways between each two of a group (`between`). Exactly
 * one of the two forms.
 */
export interface LinkSpec {
  /** Source, or sources: where the clients and the mirror Services are. */
  readonly from?: string | readonly string[];
  /** Target, or targets: the clusters that own the exported Services. */
  readonly to?: string | readonly string[];
  /** Each to each, both directions. */
  readonly between?: readonly string[];
  /**
   * `gateway`: traffic enters the target through its gateway. `flat`: pod to pod, the client's own
   * identity arrives. `mixed`: both; the label of each exported Service chooses.
   * @default "mixed" between clusters whose pods have routes to each other, else "gateway"
   */
  readonly mode?: LinkMode;
  /** Mirror headless Services pod by pod; gateway and mixed Links only. @default true */
  readonly headless?: boolean;
  /** Which Services of the target the Link carries, by kind of export. @default Linkerd's own labels */
  readonly selectors?: SelectorsSpec;
  /**
   * Labels that mirrors do not take over: keys, or `prefix/*`.
   * @default []
   */
  readonly excludedLabels?: readonly PlainText[];
  /**
   * Annotations that mirrors do not take over, besides kubectl's own: keys, or `prefix/*`.
   * @default []
   */
  readonly excludedAnnotations?: readonly PlainText[];
}

/** How exported Services are chosen: all of the labels and all of the expressions have to match. */
export interface LabelSelector {
  /** Labels with the values that they must have. @default {} */
  readonly matchLabels?: Readonly<Record<string, LabelValue>>;
  /** Conditions on labels. @default [] */
  readonly matchExpressions?: readonly LabelExpression[];
}

/** One condition on a label, as Kubernetes has it. */
export interface LabelExpression {
  /** Key of the label, such as `team` or `example.org/team`. */
  readonly key: PlainText;
  /** `In` and `NotIn` compare with `values`; `Exists` and `DoesNotExist` ask for the label itself. */
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** For `In` and `NotIn` only, and needed there. */
  readonly values?: readonly LabelValue[];
}

/** Which Services of the target a Link carries, by kind of export. */
export interface SelectorsSpec {
  /** Gateway exports; gateway and mixed Links. @default { matchLabels: { "mirror.linkerd.io/exported": "true" } } */
  readonly gateway?: LabelSelector;
  /**
   * Remote-discovery exports; flat and mixed Links.
   * @default { matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" } }
   */
  readonly remoteDiscovery?: LabelSelector;
  /** Members of federated Services; flat and mixed Links. @default { matchLabels: { "mirror.linkerd.io/federated": "member" } } */
  readonly federated?: LabelSelector;
}
