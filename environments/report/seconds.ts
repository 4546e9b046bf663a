/** `8.4 s`, `3 min 20 s`. */
export function seconds(milliseconds: number): string {
  const total = milliseconds / 1000;
  if (total < 100) return `${total.toFixed(1)} s`;
  return `${Math.floor(total / 60)} min ${Math.round(total % 60)} s`;
}
