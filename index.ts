/** The Pulumi program of every stack. What it does is in components/program.ts. */
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "./components/program.ts";
import { readRecorded } from "./components/recorded.ts";

// Pulumi's runner looks up source maps for the stack of every promise of every resource, a third of the
// time that this program takes. There is nothing to look up: Node runs the sources themselves.
Reflect.deleteProperty(Error, "prepareStackTrace");
// It notes for each of them where it was made as well. Two frames tell enough of an unexpected error.
Error.stackTraceLimit = 2;
// And it tells the engine about every step with every resource, in calls of their own that carry all of
// its inputs, keys included, whether or not anybody asked: a third of what is left. `pulumi --debug` has
// the engine's side; LINKERD_TOPOLOGY_DEBUG brings this one back.
if (process.env["LINKERD_TOPOLOGY_DEBUG"] === undefined) {
  Reflect.set(pulumi.log, "debug", () => Promise.resolve());
}

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
