/** The Pulumi program of every stack. What it does is in components/program.ts. */
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "./components/program.ts";
import { readRecorded } from "./components/recorded.ts";
import { patchRunner } from "./environments/pulumi-patches.ts";

patchRunner();

const recorded = await readRecorded();
if (recorded?.topology !== undefined) {
  const { refuseOtherFile } = await import("./environments/same-file.ts");
  const stack = {
    name: pulumi.getStack(),
    topology: new pulumi.Config("linkerd-topology").getObject("topology"),
  };
  await refuseOtherFile(recorded.topology, stack).catch((error: unknown) => {
    // All that is to say is in the message; Pulumi would print the stack trace of another error.
    throw new pulumi.RunError((error as Error).message);
  });
}

export const { plan, clusters, links, trustAnchor, trustAnchors, dataPlane, madeFrom } = runProgram(
  { recorded },
);
