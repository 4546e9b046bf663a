import { screenOf, styleOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { type ContextOptions, contextOptions, findLookedAt, topologyArgument } from "./options.ts";
import type { TopologyOptions } from "../find-topology.ts";
import { refuseWithout } from "./verification-outputs.ts";
import { verifyOptions, askedOfVerify, runVerify, type VerifyOptions } from "./verify.ts";

interface Options extends TopologyOptions, ContextOptions, VerifyOptions {
  readonly verify?: true;
}

/** `linkerd-topology status` */
export const statusCommand = defineCommand<Options>({
  name: "status",
  summary:
    "Shows the state of the running clusters: nodes, control planes, Links, gateways, certificates",
  more: "It looks, and changes nothing. `verify` asks more, and sends traffic.",
  topology: topologyArgument,
  options: [
    ...contextOptions,
    ["--json", "one JSON document on standard output"],
    ["--verify", "verify as well: the same as the command verify, with its options"],
    ...verifyOptions,
  ],
  run: async (context, options, topology) => {
    if (options.verify !== true) refuseWithout("--verify", askedOfVerify(options));
    const running = await findLookedAt(topology, options, context);
    if (options.verify) return runVerify(running, options, context);
    const { status } = await import("../status.ts");
    const result = await status({
      ...running,
      signal: context.signal,
      ...screenOf(process.stdout),
    });
    if (options.json) context.printJson(result.document, 2);
    else {
      const { renderNotes } = await import("../report/render-found.ts");
      const notes = renderNotes(result.notes ?? [], styleOf(screenOf(process.stdout)));
      context.print([result.table, ...(notes === "" ? [] : ["", notes])].join("\n"));
    }
    return result.healthy ? exitCodes.success : exitCodes.notProved;
  },
  examples: [
    ["linkerd-topology status", "the stack hierarchical"],
    ["linkerd-topology status lab.yaml --json | jq .links", "for programs"],
    ["linkerd-topology status flat --verify", "with traffic over every Link"],
    ["linkerd-topology status --context west --context east", "any mesh, whoever made it"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});
