import { groupBy } from "../planning/group.ts";
import type { Counts } from "../verification/render/counts.ts";

/** One of many verifications of the same mesh. */
export interface VerificationRun {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** The highest one-minute load average during the run. */
  readonly load: number;
  readonly counts: Counts;
  readonly failures: readonly {
    readonly check: string;
    readonly subject: string;
    readonly problem: string;
  }[];
}

/**
 * The result of many verifications: failures by check, durations, load, and the row for docs/reliability.md.
 */
export function flakeReport(topology: string, runs: readonly VerificationRun[]): string {
  const failed = runs.filter(({ failures }) => failures.length > 0).length;
  const checks = groupBy(
    runs.flatMap(({ failures }) => failures),
    ({ check }) => check,
  );
  const seconds = runs.map(({ milliseconds }) => milliseconds / 1000);
  const durations = [Math.min(...seconds), median(seconds), Math.max(...seconds)]
    .map((one) => one.toFixed(1))
    .join(" / ");
  const load = Math.max(...runs.map((run) => run.load)).toFixed(1);
  const asked = Math.max(...runs.map(({ counts }) => counts.passed + counts.failed));
  const byCheck = [...checks].map(
    ([check, failures]) =>
      `  ${failures.length} × ${check}, such as ${failures[0]?.subject ?? ""}: ${failures[0]?.problem ?? ""}`,
  );
  return [
    `${topology}: ${failed} of ${runs.length} verifications failed`,
    ...byCheck,
    `seconds (least / median / most)  ${durations}`,
    `load at most                     ${load}`,
    "",
    `| ${topology} | ${runs.length} | ${asked} | ${failed} | ${durations} | ${load} |`,
    "",
  ].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
