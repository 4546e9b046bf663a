/** What another reader of YAML makes of unquoted text. Undefined if it reads it as this text. */
type Reading = (text: string) => number | boolean | undefined;

/**
 * Unquoted text that YAML 1.1, YAML 1.2 and Pulumi's reader (a mixture of both) don't all read alike. The
 * values are those that somebody may have meant.
 */
const readings: readonly (readonly [pattern: RegExp, reading: Reading])[] = [
  [/^[-+]?0[0-7_]+$/, (text) => inBase(text, 8)],
  [/^[-+]?0o[0-7_]+$/i, (text) => inBase(text, 8)],
  [/^[-+]?0b[01_]+$/i, (text) => inBase(text, 2)],
  // All readers agree only on `0x1f`.
  [/^[-+]?0x[\da-f_]+$/i, (text) => inBase(text, 16)],
  // Underscores within a number.
  [
    /^(?=[-+.\d])(?=[^_]*_)[-+]?(?=[\d_.]*\d)[\d_]*(\.[\d_]*)?(e[-+]?[\d_]*\d[\d_]*)?$/i,
    (text) => Number(withoutUnderscores(text)),
  ],
  [/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/, (text) => inSixties(withoutUnderscores(text))],
  [/^(y|Y|yes|Yes|YES|on|On|ON)$/, () => true],
  [/^(n|N|no|No|NO|off|Off|OFF)$/, () => false],
  // Some readers make it a point in time.
  [/^\d{4}-\d{1,2}-\d{1,2}([Tt\s].*)?$/, () => undefined],
];

/**
 * Other meanings of unquoted text.
 *
 * @param text as it is in the file
 * @param own its meaning here
 * @returns the unambiguous form of each meaning; undefined if every reader agrees
 */
export function otherReadings(text: string, own: unknown): readonly string[] | undefined {
  const found = readings.find(([pattern]) => pattern.test(text));
  if (found === undefined) return undefined;
  const other = found[1](text);
  if (other === own) return undefined;
  const values = [other, typeof own === "string" ? undefined : own, text];
  return values.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
}

function inBase(text: string, base: number): number {
  const [, sign = "", digits = ""] = /^([-+]?)0?[xob]?(.*)$/i.exec(withoutUnderscores(text)) ?? [];
  return (sign === "-" ? -1 : 1) * (digits === "" ? 0 : Number.parseInt(digits, base));
}

function inSixties(text: string): number {
  const size = text
    .replace(/^[-+]/, "")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith("-") ? -size : size;
}

function withoutUnderscores(text: string): string {
  return text.replaceAll("_", "");
}
