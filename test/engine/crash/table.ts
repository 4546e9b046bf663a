import type { CaseResult } from "./matrix.ts";

/** Survivors of cases, by stack, operation and fault, as a Markdown table. */
export function renderMatrix(results: readonly CaseResult[]): string {
  const faults = unique(results.map(({ fault }) => fault));
  const rows = unique(results.map(rowOf)).map((row) => {
    const own = results.filter((result) => rowOf(result) === row);
    const cells = faults.map((fault) => survivors(own.filter((result) => result.fault === fault)));
    return [...row.split(" "), ...cells, survivors(own)];
  });
  const total = faults.map((fault) => survivors(results.filter((one) => one.fault === fault)));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const heading = ["stack", "command", "operation", ...faults, "all"];
  return [
    line(heading),
    line(heading.map((_, index) => (index < 3 ? "---" : "--:"))),
    ...rows.map(line),
    line(["all", "", "", ...total, survivors(results)]),
  ].join("\n");
}

function rowOf({ stack, scenario, method }: CaseResult): string {
  return `${stack} ${scenario} ${method}`;
}

/** `72/72`: survivors and cases. */
function survivors(results: readonly CaseResult[]): string {
  if (results.length === 0) return "";
  const survived = results.filter(({ problems }) => problems.length === 0).length;
  return `${String(survived)}/${String(results.length)}`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
