import { lifetimes } from "../../defaults.ts";
import type { RuleProblem } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { TrustSpec } from "../../topology.ts";

/** Checks the lifetimes of certificates against each other. */
export function* trustRules({ draft }: RuleInput): Iterable<RuleProblem> {
  const plan = lifetimes(draft.trust);
  const checkRenewal = function* (who: "anchor" | "issuer"): Iterable<RuleProblem> {
    const key = `${who}EarlyRenewalHours` as const satisfies keyof TrustSpec;
    const lifetime = plan[`${who}LifetimeHours`];
    if (plan[key] < lifetime) return;
    yield {
      path: ["trust", key],
      message:
        `${plan[key]} hours before the end of ${lifetime} the certificate would not exist yet: ` +
        "each up would recreate it",
      fix: `write less than ${lifetime}`,
    };
  };
  yield* checkRenewal("anchor");
  yield* checkRenewal("issuer");
  if (plan.issuerLifetimeHours > plan.anchorLifetimeHours) {
    yield {
      path: ["trust", "issuerLifetimeHours"],
      message:
        `${plan.issuerLifetimeHours} hours are longer than the lifetime of the trust anchor ` +
        `(${plan.anchorLifetimeHours}), and an issuer is worthless after it`,
      fix: `write at most ${plan.anchorLifetimeHours}, or a longer anchorLifetimeHours`,
    };
  }
}
