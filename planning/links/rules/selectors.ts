import { isLabelKey, isLabelPrefix } from "../../labels.ts";
import { isPositive } from "../label-selector.ts";
import { carries, selectorKeys } from "../selectors.ts";
import { type Path, type RuleProblem, show } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { ExportKind, LabelExpression, LabelSelector, LinkMode } from "../../topology.ts";

/** Checks which Services the Links select, and which labels and annotations their mirrors get. */
export function* selectorRules(input: RuleInput): Iterable<RuleProblem> {
  const modes = new Map<number, Set<LinkMode>>();
  for (const { spec, mode } of input.edges)
    modes.set(spec, (modes.get(spec) ?? new Set()).add(mode));
  for (const [index, link] of (input.draft.links ?? []).entries()) {
    const path = ["links", index];
    for (const kind of ["gateway", "remote-discovery", "federated"] as const) {
      const key = selectorKeys[kind];
      const selector = link?.selectors?.[key];
      if (selector === undefined) continue;
      const at = [...path, "selectors", key];
      yield* checkCarried(kind, [...(modes.get(index) ?? [])], at);
      yield* checkSelector(selector, at);
    }
    for (const key of ["excludedLabels", "excludedAnnotations"] as const) {
      for (const [position, entry] of (link?.[key] ?? []).entries()) {
        if (entry === undefined || isLabelKey(entry) || isLabelPrefix(entry)) continue;
        yield {
          path: [...path, key, position],
          message: `${show(entry)} is neither a key nor a prefix`,
          fix: 'write a key such as "example.org/team", or "example.org/*" for all with that prefix',
        };
      }
    }
  }
}

function* checkCarried(
  kind: ExportKind,
  modes: readonly LinkMode[],
  path: Path,
): Iterable<RuleProblem> {
  const [mode] = modes;
  if (mode === undefined || modes.some((one) => carries(one, kind))) return;
  const other = kind === "gateway" ? "mode: mixed" : "mode: mixed, which needs pod routes";
  yield {
    path,
    message: `selects what a ${mode} Link does not carry`,
    fix: `leave it out, or write ${other}`,
  };
}

function* checkSelector(selector: Draft<LabelSelector>, path: Path): Iterable<RuleProblem> {
  const labels = Object.keys(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  if (labels.length + expressions.length === 0) {
    yield {
      path,
      message: "is empty: an empty selector selects nothing",
      fix: "write matchLabels or matchExpressions, or leave it out for Linkerd's own label",
    };
  }
  if (labels.length === 0 && expressions.length > 0 && !expressions.some(mayBePositive)) {
    yield {
      path,
      message:
        "only says which labels a Service must not have: that selects nearly every Service of the target, " +
        "kubernetes and kube-dns among them",
      fix: 'add a label that the Services must have, such as matchLabels: { example.org/exported: "true" }',
    };
  }
  for (const key of labels) {
    if (!isLabelKey(key)) yield notKey(key, [...path, "matchLabels", key]);
  }
  for (const [index, expression] of expressions.entries()) {
    if (expression === undefined) continue;
    yield* checkExpression(expression, [...path, "matchExpressions", index]);
  }
}

/** A condition that couldn't be read may require a label. */
function mayBePositive(expression: Draft<LabelExpression> | undefined): boolean {
  return expression?.operator === undefined || isPositive(expression.operator);
}

function* checkExpression(
  { key, operator, values }: Draft<LabelExpression>,
  path: Path,
): Iterable<RuleProblem> {
  if (key !== undefined && !isLabelKey(key)) yield notKey(key, [...path, "key"]);
  const compares = operator === "In" || operator === "NotIn";
  if (compares && (values === undefined || values.length === 0)) {
    yield {
      path: [...path, "values"],
      message: `${values === undefined ? "is missing" : "is empty"}: ${operator} compares with values`,
      fix: `write a list such as [a, b], or operator: ${operator === "In" ? "Exists" : "DoesNotExist"}`,
    };
  }
  if (operator !== undefined && !compares && values !== undefined) {
    yield {
      path: [...path, "values"],
      message: `${operator} checks only whether the label exists, not its value`,
      fix: `leave out values, or write operator: ${operator === "Exists" ? "In" : "NotIn"}`,
    };
  }
}

function notKey(key: string, path: Path): RuleProblem {
  return {
    path,
    message: `${show(key)} is not the key of a label`,
    fix: 'write a key such as "team" or "example.org/team"',
  };
}
