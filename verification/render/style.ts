import { styleText } from "node:util";

/** The screen that shows the text. */
export interface Screen {
  /** Whether the text has colours. @default false */
  readonly color?: boolean;
  /** Most columns that a table may take. @default no limit */
  readonly width?: number;
}

/** How to emphasize text (the identity if there are no colours), and how wide tables may be. */
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
 * Whether to use colours. NO_COLOR (https://no-color.org) turns them off. FORCE_COLOR turns them on without a
 * terminal, for example in the log of a CI job.
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

/** For a terminal that doesn't say how wide it is. */
export const usualWidth = 80;

/**
 * How wide tables may be: COLUMNS, else the terminal's width. There is no limit in a file or a pipe, so that
 * a row stays one line for `grep` and for logs.
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
