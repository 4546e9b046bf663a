import { groupBy } from "../group.ts";
import type { LabelCondition } from "./label-selector.ts";

/** A condition on the labels of a Service, and where it comes from. */
export interface Demand<Origin> {
  readonly condition: LabelCondition;
  readonly origin: Origin;
}

/** Two demands that no labels can meet together. */
export type Conflict<Origin> = readonly [Demand<Origin>, Demand<Origin>];

export interface Solution<Origin> {
  readonly labels: Readonly<Record<string, string>>;
  readonly conflicts: readonly Conflict<Origin>[];
}

/** The fewest labels that meet all demands. A condition concerns one key, so keys are independent. */
export function solveLabels<Origin>(demands: readonly Demand<Origin>[]): Solution<Origin> {
  const labels: Record<string, string> = {};
  const conflicts: Conflict<Origin>[] = [];
  for (const [key, ofKey] of groupBy(demands, ({ condition }) => condition.key)) {
    const { value, conflict } = solveKey(ofKey);
    if (value !== undefined) labels[key] = value;
    if (conflict !== undefined) conflicts.push(conflict);
  }
  return { labels, conflicts };
}

interface KeySolution<Origin> {
  readonly value?: string;
  readonly conflict?: Conflict<Origin>;
}

function solveKey<Origin>(demands: readonly Demand<Origin>[]): KeySolution<Origin> {
  const by = (...operators: LabelCondition["operator"][]) =>
    demands.filter(({ condition }) => operators.includes(condition.operator));
  const [wanted] = by("In", "Exists");
  if (wanted === undefined) return {};
  const [absent] = by("DoesNotExist");
  if (absent !== undefined) return { conflict: [wanted, absent] };

  const [first, ...others] = by("In");
  const excluding = by("NotIn");
  if (first === undefined) return { value: anyValueBut(excluding) };
  let candidates = first.condition.values;
  for (const demand of [...others, ...excluding]) {
    const { operator, values } = demand.condition;
    candidates = candidates.filter((value) => values.includes(value) === (operator === "In"));
    if (candidates.length === 0) return { conflict: [first, demand] };
  }
  return candidates[0] === undefined ? {} : { value: candidates[0] };
}

function anyValueBut(excluding: readonly Demand<unknown>[]): string {
  const taken = new Set(excluding.flatMap(({ condition }) => condition.values));
  let value = "true";
  for (let number = 1; taken.has(value); number++) value = `true-${number}`;
  return value;
}
