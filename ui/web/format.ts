/** Numbers and times as people read them. What isn't known is a dash. */

export const unknown = "–";

/** Three digits that count. */
function short(value: number): string {
  if (value === 0) return "0";
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? unknown : `${short(perSecond)}/s`;
}

/** A part, 0 to 1. Nothing but all is 100 %. */
export function percent(part: number | undefined): string {
  if (part === undefined) return unknown;
  const shown = part < 1 ? Math.min(part * 100, 99.99) : 100;
  const digits = shown === 100 || shown === 0 ? 0 : shown > 99 || shown < 1 ? 2 : 1;
  return `${shown.toFixed(digits)} %`;
}

export function milliseconds(value: number | undefined): string {
  if (value === undefined) return unknown;
  if (value >= 1000) return `${short(value / 1000)} s`;
  return value >= 10 ? `${Math.round(value)} ms` : `${short(value)} ms`;
}

const day = 86_400_000;

/** `in 23 days`, `in 5 hours`, `ended 2 days ago`. @param end ISO 8601 */
export function until(end: string, now: number): string {
  const left = Date.parse(end) - now;
  const size = Math.abs(left);
  const words =
    size >= 2 * day
      ? `${Math.floor(size / day)} days`
      : size >= 2 * 3_600_000
        ? `${Math.floor(size / 3_600_000)} hours`
        : `${Math.floor(size / 60_000)} minutes`;
  return left >= 0 ? `in ${words}` : `ended ${words} ago`;
}

/** Whether an end is near enough to be noticed: a month. */
export function isNear(end: string, now: number): boolean {
  return Date.parse(end) - now < 30 * day;
}

/** `just now`, `12 s ago`, `3 min ago`. @param at milliseconds since 1970 */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 2) return "just now";
  return seconds < 120 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

/** The day of a time, ISO 8601. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** The time of day, as the reader's clock has it. */
export function clockOf(time: string): string {
  return new Date(time).toLocaleTimeString([], { hour12: false });
}
