import type { CheckResult } from "../checks/check.ts";
import { failuresOf } from "../prove.ts";
import type { MeshStatus } from "../status.ts";

/** The status for machines. New fields don't change `version`; any other change does. */
export interface StatusDocument extends MeshStatus {
  readonly version: 1;
  /** No check failed. */
  readonly proved: boolean;
  readonly checks: readonly CheckResult[];
}

/** @example process.stdout.write(`${JSON.stringify(statusDocument(status, results), null, 2)}\n`); */
export function statusDocument(
  status: MeshStatus,
  results: readonly CheckResult[],
): StatusDocument {
  return { version: 1, ...status, proved: failuresOf(results).length === 0, checks: results };
}
