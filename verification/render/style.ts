import { styleText } from "node:util";

/** How text is emphasized; the identity where there are no colours. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

export function styleOf(color: boolean): Style {
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
  };
}

/** Colours for a person at a terminal, unless NO_COLOR (https://no-color.org) says otherwise. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return stream.isTTY === true && (environment["NO_COLOR"] ?? "") === "";
}
