/** The Pulumi program of every stack. What it does is in components/program.ts. */
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "./components/program.ts";
import { readRecorded } from "./components/recorded.ts";
import { patchRunner } from "./environments/pulumi-patches.ts";

patchRunner();

const recorded = await readRecorded();
const topology = new pulumi.Config("linkerd-topology").getObject("topology");
if (recorded.madeFrom?.topology !== undefined) {
  const { refuseOtherFile } = await import("./environments/same-file.ts");
  await forPeople(
    refuseOtherFile(recorded.madeFrom.topology, { name: pulumi.getStack(), topology }),
  );
}
if ((topology as { readonly adopt?: unknown } | undefined)?.adopt === true) {
  const { lookBeforeProgram } = await import("./environments/adopt.ts");
  const look = lookBeforeProgram({ name: pulumi.getStack(), topology, recorded: recorded.plan });
  const notice = await forPeople(look);
  if (notice !== undefined) await pulumi.log.info(notice);
}

export const { plan, clusters, links, trustAnchor, trustAnchors, dataPlane, madeFrom } = runProgram(
  { recorded: recorded.madeFrom },
);

/** All that is to say is in the message; Pulumi would print the stack trace of another error. */
async function forPeople<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    throw new pulumi.RunError((error as Error).message);
  });
}
