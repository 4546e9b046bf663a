import Table from "cli-table3";
import type { Style } from "./style.ts";

/** A table with ruled columns. Cells may hold several lines. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  // The library colours heads and borders by itself unless it is told not to.
  const result = new Table({ head: head.map(style.bold), style: { head: [], border: [] } });
  result.push(...rows.map((row) => [...row]));
  return result.toString();
}

const ruled = ["top", "bottom", "left", "right", "mid"];
const noBorders = Object.fromEntries(
  ruled
    .flatMap((side) => [side, ...["left", "mid", "right"].map((part) => `${side}-${part}`)])
    .map((name) => [name, ""]),
);

/** Aligned columns without rules. */
export function columns(rows: readonly (readonly string[])[]): string {
  const result = new Table({
    chars: { ...noBorders, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  result.push(...rows.map((row) => [...row]));
  return result
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
