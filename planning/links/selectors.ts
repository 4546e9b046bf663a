import { usesGateway } from "./links.ts";
import type { LinkPlan } from "../plan-types.ts";
import type { Draft } from "../topology/shape.ts";
import { conditionsOf, isPositive } from "./label-selector.ts";
import type {
  ExportKind,
  LabelExpression,
  LabelSelector,
  LinkMode,
  SelectorsSpec,
} from "../topology.ts";

/** Selects the members of federated Services in their own cluster, which no Link does. */
export const localFederatedSelector: LabelSelector = {
  matchLabels: { "mirror.linkerd.io/federated": "member" },
};

/** What a Link without selectors selects. */
export const defaultSelectors: Record<SelectorKey, LabelSelector> = {
  gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
  remoteDiscovery: { matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" } },
  federated: localFederatedSelector,
};

export type SelectorKey = keyof SelectorsSpec;

/** Mirrors never get these labels, so a selector that requires one of them selects no mirror. */
const linkerdPrefix = "mirror.linkerd.io/";

/**
 * Linkerd copies the labels of a Service to its mirrors. If another cluster selected those, it would mirror
 * them as well: `web-east`, `web-east-west` and so on, without end.
 */
const noMirrors: LabelExpression = {
  key: `${linkerdPrefix}mirrored-service`,
  operator: "DoesNotExist",
};

export const selectorKeys = {
  gateway: "gateway",
  "remote-discovery": "remoteDiscovery",
  federated: "federated",
} as const satisfies Record<ExportKind, SelectorKey>;

/** Whether a Link of this mode carries exports of this kind. */
export function carries(mode: LinkMode, kind: ExportKind): boolean {
  return kind === "gateway" ? usesGateway(mode) : mode !== "gateway";
}

/**
 * What a Link selects. If a Link selected what its mode doesn't carry, it would create mirrors that nothing
 * answers for.
 */
export function planSelectors(
  mode: LinkMode,
  given: Draft<SelectorsSpec> = {},
): LinkPlan["selectors"] {
  const choose = (kind: ExportKind) => {
    const key = selectorKeys[kind];
    const own = given[key];
    if (!carries(mode, kind)) return undefined;
    return own ? withoutMirrors(complete(own)) : defaultSelectors[key];
  };
  return {
    gateway: choose("gateway"),
    remoteDiscovery: choose("remote-discovery"),
    federated: choose("federated"),
  };
}

function withoutMirrors(selector: LabelSelector): LabelSelector {
  const conditions = conditionsOf(selector);
  // An empty selector selects nothing. With this condition alone it would select everything.
  if (conditions.length === 0) return selector;
  const skipsMirrors = conditions.some(
    ({ key, operator }) =>
      (key.startsWith(linkerdPrefix) && isPositive(operator)) ||
      (key === noMirrors.key && operator === noMirrors.operator),
  );
  if (skipsMirrors) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), noMirrors] };
}

/** The part of a selector that could be read. It is all of it if the topology has no problems. */
function complete({ matchLabels, matchExpressions }: Draft<LabelSelector>): LabelSelector {
  const labels = Object.entries(matchLabels ?? {}).filter((entry) => entry[1] !== undefined);
  const expressions = (matchExpressions ?? []).flatMap((expression) => {
    const { key, operator, values } = expression ?? {};
    if (key === undefined || operator === undefined) return [];
    const readable = values?.filter((value) => value !== undefined);
    return [{ key, operator, ...(readable && { values: readable }) }];
  });
  return {
    ...(matchLabels && { matchLabels: Object.fromEntries(labels) as Record<string, string> }),
    ...(matchExpressions && { matchExpressions: expressions }),
  };
}
