/** How much more one measurement is than the one before, to be put behind it. */
export function ratio(value: number, before: number | undefined): string {
  return before === undefined ? "" : `  (× ${(value / before).toFixed(1)})`;
}
