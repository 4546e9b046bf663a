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
