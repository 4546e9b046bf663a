import * as pulumi from "@pulumi/pulumi";
import type { MadeFrom } from "../planning/sources/made-from.ts";

/**
 * What this stack was made from, as its last update recorded it. For the program of a plain `pulumi up`; the
 * commands read the state themselves.
 *
 * @returns undefined if no update was finished, or if an earlier version created the stack
 */
export async function readRecorded(): Promise<MadeFrom | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // A StackReference would be a resource of the stack itself. This needs only a default provider of the
  // engine, which Pulumi neither shows nor counts.
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    readonly outputs?: { readonly madeFrom?: MadeFrom };
  };
  return outputs?.madeFrom;
}
