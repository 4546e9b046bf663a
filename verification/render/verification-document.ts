import type { CheckResult } from "../checks/check.ts";
import type { MeshStatus } from "../status.ts";
import type { Verification } from "../verify.ts";
import type { Change, Round } from "../watch.ts";
import { type Counts, countsOf } from "./counts.ts";

/** A verification for machines. New fields don't change `version`; any other change does. */
export interface VerificationDocument {
  readonly version: 1;
  readonly topology: string;
  readonly proved: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly counts: Counts;
  readonly checks: readonly CheckResult[];
  readonly status: MeshStatus;
}

/** @example process.stdout.write(`${JSON.stringify(verificationDocument(verification), null, 2)}\n`); */
export function verificationDocument(verification: Verification): VerificationDocument {
  const { proved, startedAt, milliseconds, results, status } = verification;
  return {
    version: 1,
    topology: status.topology,
    proved,
    startedAt,
    milliseconds,
    counts: countsOf(results),
    checks: results,
    status,
  };
}

/** A round of a watch for machines. */
export interface RoundDocument extends VerificationDocument {
  /** Starts at 1. */
  readonly round: number;
  /** This round sent traffic. Otherwise its traffic results are from an earlier round. */
  readonly sentTraffic: boolean;
  /** Compared with the round before. */
  readonly changes: readonly Change[];
}

export function roundDocument({ number, sentTraffic, changes, ...round }: Round): RoundDocument {
  return { ...verificationDocument(round.verification), round: number, sentTraffic, changes };
}
