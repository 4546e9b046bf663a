import type { CheckResult } from "../checks/check.ts";
import type { MeshStatus } from "../status.ts";
import type { Verification } from "../verify.ts";
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
