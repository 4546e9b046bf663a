/** A progress report of a long run. */
export interface Progress {
  /** What the report is about, such as `pulumi`. */
  readonly step: string;
  readonly state: "start" | "progress" | "done" | "skipped";
  readonly detail?: string;
}

export type OnProgress = (progress: Progress) => void;

/** `42 s`, `3 min 05 s` */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
