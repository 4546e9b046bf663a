import { anchorName, memberName } from "../planning/names.ts";
import { listNames } from "../planning/topology/problem.ts";
import type { Plan } from "../planning/plan-types.ts";
import { badInput } from "./command-error.ts";
import type { State } from "./state.ts";

/*
 * The engine refuses to delete a protected resource, but deletes last: by then the next generation of a cluster has
 * taken the containers of the former one, and what was in a cluster has left the state. So the commands look first.
 */

/** @throws CommandError, exit code 2, if the plan lacks what the state protects: a cluster or a trust anchor */
export function refuseProtectedLosses(state: State | undefined, plan: Plan, stack: string): void {
  const kept = new Set([
    ...plan.clusters.map((cluster) => memberName(stack, cluster)),
    ...plan.trust.anchors.flatMap((anchor) =>
      anchor.type === "made" ? [anchorName(stack, anchor.generation)] : [],
    ),
  ]);
  refuse(
    protectedIn(state).filter((name) => !kept.has(name)),
    "this up would delete or replace",
    "Undo the edit",
  );
}

/** @throws CommandError, exit code 2, if the state protects anything */
export function refuseProtected(state: State | undefined): void {
  refuse(protectedIn(state), "down would delete", "Leave the stack as it is");
}

/** Names of protected resources, without those that only await their deletion. */
function protectedIn(state: State | undefined): readonly string[] {
  const resources = state?.deployment.resources ?? [];
  const found = resources.filter((one) => one.protect === true && one.delete !== true);
  return [...new Set(found.map(({ urn }) => urn.split("::").at(-1) ?? urn))].sort();
}

function refuse(names: readonly string[], what: string, first: string): void {
  if (names.length === 0) return;
  throw badInput(
    `${what} what is protected in this stack: ${listNames(names)}. Nothing was changed. ${first}; or, if it may go, ` +
      "set protect to false (in the topology, or linkerd-topology:protect in the stack's configuration), run up with " +
      "the topology as it was, and then run this again (docs/protection.md)",
  );
}
