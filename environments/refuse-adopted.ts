import type { Plan } from "../planning/plan-types.ts";
import { badInput } from "./command-error.ts";

/**
 * Refuses to change what an adopted mesh keeps.
 *
 * @param what is asked for, such as `another trust anchor`
 * @throws CommandError, exit code 2
 */
export function refuseAdopted({ adopted }: Plan, what: string): void {
  if (adopted !== true) return;
  throw badInput(
    `the topology adopts a mesh, whose installation and certificates stay with what made it, so ${what} is not for ` +
      "this package to bring. Do it with Helm or Linkerd's CLI, then write in the topology what is there",
  );
}
