import type { CheckResult } from "../checks/check.ts";
import type { MeshStatus } from "../status.ts";
import type { Verification } from "../verify.ts";
import type { Change, Round } from "../watch.ts";
import type { Counts } from "./counts.ts";
import { countsOf } from "./counts.ts";

/** A verification as machines read it. Fields may be added; a change of what is there changes `version`. */
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

/** A round of a watch as machines read it. */
export interface RoundDocument extends VerificationDocument {
  /** From 1. */
  readonly round: number;
  /** Traffic was sent in this round; what is there of it otherwise stands from an earlier one. */
  readonly sentTraffic: boolean;
  /** Against the round before. */
  readonly changes: readonly Change[];
}

export function roundDocument({ number, sentTraffic, changes, ...round }: Round): RoundDocument {
  return { ...verificationDocument(round.verification), round: number, sentTraffic, changes };
}
