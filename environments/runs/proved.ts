import { failuresOf } from "../../verification/index.ts";
import type { Verification } from "../../verification/index.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import type { NotProved } from "../proof.ts";

/** What `up` found wanting, as the verification that it leaves no occasion for. */
export function toVerification({ proof: { status, results } }: NotProved): Verification {
  return { proved: false, status, results, startedAt: status.observedAt, milliseconds: 0 };
}

/** What a verification found wanting, each with how to fix it. */
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
