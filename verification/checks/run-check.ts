import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { twiceAtMost } from "../../kubernetes/reading-once.ts";
import type { DataPlane } from "../status.ts";
import type { Check, CheckResult, Group, Outcome } from "./check.ts";
import { failed, failedForGood, notRun } from "./check.ts";

/** The name and group of a subject's results, and the data plane of the subject. */
export interface About {
  readonly name: string;
  readonly group: Group;
  readonly dataPlane: DataPlane;
}

/** Why a check that needs traffic isn't run without a data plane. */
export const withoutDataPlane =
  "no data plane: a program that carries no traffic runs instead of Linkerd's proxy";

/** Why the other checks of a cluster aren't run. */
export function silent(cluster: string): string {
  return `cluster ${cluster} doesn't answer`;
}

/** Runs a check of one subject. Returns no result if the check doesn't apply. */
export async function runCheck<Subject>(
  check: Check<Subject>,
  subject: Subject,
  { name, group, dataPlane }: About,
): Promise<readonly CheckResult[]> {
  if (check.applies?.(subject) === false) return [];
  const outcome =
    check.needsDataPlane === true && dataPlane === "none"
      ? notRun(withoutDataPlane)
      : await outcomeOf(check, subject);
  return [{ check: check.id, title: check.title, subject: name, group, ...outcome }];
}

async function outcomeOf<Subject>(check: Check<Subject>, subject: Subject): Promise<Outcome> {
  try {
    return await twiceAtMost(() => check.run(subject));
  } catch (error) {
    // What can't be asked isn't proved.
    if (error instanceof KubernetesApiError) {
      return failed(error.message, "Check what the kubeconfig's user may do in the cluster.");
    }
    return failedForGood(
      `the check itself failed: ${(error as Error).message}`,
      "This is a bug in the check: report it.",
    );
  }
}
