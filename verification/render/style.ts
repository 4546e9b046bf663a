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
