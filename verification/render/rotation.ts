import { listNames } from "../../planning/topology/problem.ts";
import type { RotationState } from "../../planning/trust/rotation/state.ts";
import type { Style } from "./style.ts";

/** Where a mesh stands between two generations of its trust anchor; nothing where it has only one. */
export function renderRotation(state: RotationState, style: Style): readonly string[] {
  const { generation, older, steps, next } = state;
  if (next === undefined) return [];
  const from = older.length === 0 ? "" : `from generation ${older.join(" and ")} `;
  return [
    `Rotation      ${from}to generation ${generation}`,
    ...steps.map(({ title, open }) =>
      open.length === 0
        ? `              ${style.good("✓")} ${title}`
        : `              ${style.warn("–")} ${title}: not yet ${listNames(open).replaceAll('"', "")}`,
    ),
    `              ${style.bold("Next")}: ${next.advice}`,
  ];
}
