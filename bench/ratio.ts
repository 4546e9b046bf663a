/** The ratio of a measurement to the one before, as text to append. */
export function ratio(value: number, before: number | undefined): string {
  return before === undefined ? "" : `  (× ${(value / before).toFixed(1)})`;
}
