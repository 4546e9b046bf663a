import { styleText } from "node:util";

/** What the text is shown on. */
export interface Screen {
  /** See {@link wantsColor}. @default false */
  readonly color?: boolean;
  /** Columns that a table may take; see {@link widthOf}. @default as many as it wants */
  readonly width?: number;
}

/** How text is emphasized, the identity where there are no colours; and how wide tables may be. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly width: number;
}

export function styleOf({ color = false, width = Infinity }: Screen = {}): Style {
  const as =
    (format: "green" | "red" | "yellow" | "dim" | "bold") =>
    (text: string): string =>
      color ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: as("green"),
    bad: as("red"),
    warn: as("yellow"),
    dim: as("dim"),
    bold: as("bold"),
    width,
  };
}

/**
 * Colours for a person at a terminal. NO_COLOR (https://no-color.org) turns them off, FORCE_COLOR turns
 * them on where there is no terminal, such as in the log of a CI job.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return !["0", "false"].includes(forced);
  return stream.isTTY === true;
}

/** A terminal that doesn't tell how wide it is. */
export const usualWidth = 80;

/**
 * How wide tables may be: as COLUMNS says, else as wide as the terminal. What goes into a file or a pipe is
 * as wide as it wants: a row stays a line, for `grep` and for logs.
 */
export function widthOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const said = Number(environment["COLUMNS"]);
  if (Number.isInteger(said) && said > 0) return said;
  if (stream.isTTY !== true) return Infinity;
  return stream.columns === undefined || stream.columns === 0 ? usualWidth : stream.columns;
}

/** {@link wantsColor} and {@link widthOf}. */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Required<Screen> {
  return { color: wantsColor(stream, environment), width: widthOf(stream, environment) };
}
