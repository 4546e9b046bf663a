import type { LabelExpression, LabelSelector } from "../topology.ts";

/** One condition on one label. `matchLabels` become `In` with a single value. */
export type LabelCondition = Required<LabelExpression>;

/** All conditions of a selector, which must all hold. */
export function conditionsOf({
  matchLabels = {},
  matchExpressions = [],
}: LabelSelector): LabelCondition[] {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => ({
      key,
      operator: "In" as const,
      values: [value],
    })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values })),
  ];
}

/** Whether a condition requires a label, not its absence. */
export function isPositive(operator: LabelCondition["operator"] | undefined): boolean {
  return operator === "In" || operator === "Exists";
}

/** Whether Linkerd selects a Service with these labels. An empty selector selects nothing. */
export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (selector === undefined) return false;
  const conditions = conditionsOf(selector);
  return conditions.length > 0 && conditions.every((condition) => holds(condition, labels));
}

function holds(
  { key, operator, values }: LabelCondition,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** Formats a condition as kubectl does: `team=a`, `team in (a, b)`, `!team`. */
export function formatCondition({ key, operator, values }: LabelCondition): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0] ?? ""}` : `${key} in (${values.join(", ")})`;
    case "NotIn":
      return values.length === 1
        ? `${key}!=${values[0] ?? ""}`
        : `${key} notin (${values.join(", ")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}
