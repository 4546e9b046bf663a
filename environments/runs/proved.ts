import { failuresOf, type Verification } from "../../verification/index.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import type { NotProved } from "../proof.ts";

/** The failures of `up` as a verification, which could not run because of them. */
export function toVerification({ proof: { status, results } }: NotProved): Verification {
  return { proved: false, status, results, startedAt: status.observedAt, milliseconds: 0 };
}

/** The failures of a verification, each with how to fix it. */
export function notVerified(verification: Verification): CommandError {
  const failures = failuresOf(verification.results).map(
    (result) => `${result.subject}: ${result.title}: ${result.problem}: ${result.mend}`,
  );
  return new CommandError(
    ["the mesh does not do what the plan says:", ...failures].join("\n  - "),
    {
      exitCode: exitCodes.notProved,
    },
  );
}
