import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../planning/plan-types.ts";
import type { MadeFrom } from "../planning/sources/made-from.ts";

/** Outputs of a stack's last finished update. */
export interface Recorded {
  readonly madeFrom?: MadeFrom;
  readonly plan?: Plan;
}

/**
 * What this stack was made from and what it planned, as its last update recorded it. For the program of a plain
 * `pulumi up`; the commands read the state themselves.
 *
 * @returns nothing if no update was finished; no `madeFrom` if an earlier version created the stack
 */
export async function readRecorded(): Promise<Recorded> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // A StackReference would be a resource of the stack itself. This needs only a default provider of the
  // engine, which Pulumi neither shows nor counts.
  const { outputs = {} } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {
    name,
  })) as { readonly outputs?: Recorded };
  return outputs;
}
