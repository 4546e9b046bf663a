import parse from "parse-duration";

/** How a person writes a duration. */
export const durationExamples = "90s, 30m, 2h or 1d";

/** Reads `90s`, `30m`, `2h`, `1d` or `1h30m` as milliseconds. Undefined for anything else. */
export function millisecondsIn(text: string): number | undefined {
  const milliseconds = parse(text);
  const isDuration = milliseconds !== null && milliseconds > 0 && /[a-z]/i.test(text);
  return isDuration ? milliseconds : undefined;
}
