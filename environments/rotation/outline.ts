import type { Plan } from "../../planning/plan-types.ts";
import { beginRotation } from "../../planning/trust/rotation/edit.ts";
import type { Topology } from "../../planning/topology.ts";
import { badInput } from "../command-error.ts";

/**
 * The topology at the beginning of a rotation.
 *
 * @throws CommandError if the package doesn't create the next anchor
 */
export function begun(plan: Plan, topology: Topology): Topology {
  const newest = plan.trust.anchors.at(-1);
  if (newest?.type === "given") {
    const next = newest.generation + 1;
    throw badInput(
      `generation ${newest.generation} of the trust anchor was given, so the next one has to be given too: list ` +
        `generation ${next} in trust.anchors with its certificateFile, and its keyFile if the package is to ` +
        "sign issuers, and run `rotate` again: it continues from there",
    );
  }
  return beginRotation(topology);
}

/** The steps of a whole rotation, a line each. @param generation the newest one */
export function outline(generation: number, restart: readonly string[]): readonly string[] {
  const next = generation + 1;
  const restarted = ["Linkerd's own workloads", ...restart.map((name) => `namespace ${name}`)];
  return [
    `list generation ${next} in trust.anchors, up: every cluster and every proxy trusts it as well ` +
      `(restarted: ${restarted.join(", ")})`,
    `write trust.signer: ${next}, up: it signs every issuer, and every certificate comes from it ` +
      "(restarted: the same)",
    `leave generation ${generation} out of trust.anchors, up: nobody trusts it any more (restarted: the same)`,
  ];
}
