import * as pulumi from "@pulumi/pulumi";
import type { MadeFrom } from "../planning/sources/made-from.ts";

/**
 * What this stack was made from, as its last update recorded it. For the program of plain `pulumi up`; the
 * commands read the state themselves.
 *
 * @returns undefined where no update was finished, or where an earlier version made the stack
 */
export async function readRecorded(): Promise<MadeFrom | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // A StackReference would be a resource of the stack itself. This takes only a default provider of the
  // engine's own, which Pulumi neither shows nor counts.
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    readonly outputs?: { readonly madeFrom?: MadeFrom };
  };
  return outputs?.madeFrom;
}
