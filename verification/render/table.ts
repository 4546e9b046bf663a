import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Style } from "./style.ts";

const gap = "  ";

/** A narrower list would show single letters. */
const narrowest = 20;

/** If values have less room than this beside their names, they go below them. */
const leastValue = 24;

/**
 * A table within `style.width`: cells are wrapped between words. If the longest words alone are wider, each
 * row becomes a list. Cells may hold several lines.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const all = [head, ...rows].map((row) => row.map(plain));
  const widths = fit(all, style.width);
  if (widths === undefined) return lists(head, rows, style);
  return [
    ...layOut(head.map(style.bold), widths),
    style.dim(widths.map((width) => "─".repeat(width)).join(gap)),
    ...rows.flatMap((row) => layOut(row, widths)),
  ].join("\n");
}

/** The same without a head. @param indent begins each line */
export function columns(
  rows: readonly (readonly string[])[],
  { width = Infinity, indent = "" }: { readonly width?: number; readonly indent?: string } = {},
): string {
  const room = Math.max(width, narrowest) - indent.length;
  const widths = fit(
    rows.map((row) => row.map(plain)),
    room,
  );
  const lines =
    widths === undefined
      ? rows.flatMap(([first = "", ...others]) => [
          ...wrap(first, room),
          ...others.flatMap((cell) => (cell === "" ? [] : hanging(cell, "    ", room))),
        ])
      : rows.flatMap((row) => layOut(row, widths));
  return lines.map((line) => `${indent}${line}`.trimEnd()).join("\n");
}

/** Each row as a list: its first cell, and below it the others with their names. */
function lists(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const width = Math.max(style.width, narrowest);
  const names = head.slice(1);
  const nameWidth = Math.max(0, ...names.map((name) => stringWidth(name)));
  const indent = " ".repeat(gap.length + nameWidth + gap.length);
  return rows
    .flatMap(([first = "", ...cells]) => [
      ...wrap(`${head[0] ?? ""} ${style.bold(first)}`, width),
      ...cells.flatMap((cell, index) => {
        const name = names[index] ?? "";
        if (width - indent.length < leastValue) {
          return [...hanging(name, gap, width), ...hanging(cell, gap.repeat(2), width)];
        }
        return hanging(cell, indent, width).map((line, at) =>
          at === 0 ? `${gap}${padded(name, nameWidth)}${gap}${line.slice(indent.length)}` : line,
        );
      }),
    ])
    .join("\n");
}

/** Widths of the columns. Undefined if the longest words don't fit. */
function fit(rows: readonly (readonly string[])[], width: number): readonly number[] | undefined {
  const count = Math.max(...rows.map((row) => row.length), 0);
  const room = width - gap.length * (count - 1);
  const widest = (parts: RegExp) =>
    Array.from({ length: count }, (_, column) =>
      Math.max(
        ...rows.flatMap((row) => (row[column] ?? "").split(parts).map((one) => stringWidth(one))),
      ),
    );
  const [wanted, least] = [widest(/\n/), widest(/[ \n]/)];
  let left = room - least.reduce((total, number) => total + number, 0);
  if (left < 0) return undefined;
  // Narrow columns get all that they want; the others share the rest.
  const widths = [...least];
  const byWant = [...widths.keys()].sort((a, b) => missing(a) - missing(b));
  for (const [turn, column] of byWant.entries()) {
    const more = Math.min(missing(column), Math.floor(left / (count - turn)));
    widths[column] = (widths[column] ?? 0) + more;
    left -= more;
  }
  return widths;

  function missing(column: number): number {
    return (wanted[column] ?? 0) - (widths[column] ?? 0);
  }
}

/** A row, on as many lines as its tallest cell needs. */
function layOut(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => padded(lines[line] ?? "", widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function hanging(text: string, indent: string, width: number): string[] {
  return wrap(text, width - indent.length).map((line) => `${indent}${line}`);
}

/** Wraps between words, and cuts a word only if it is longer than a line. */
function wrap(text: string, width: number): string[] {
  return wrapAnsi(plain(text), Math.max(width, 1), { hard: true })
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Terminals differ in the width of a tab. */
function plain(cell: string): string {
  return cell.replaceAll("\t", " ");
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
