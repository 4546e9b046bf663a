import type { Command } from "commander";
import { screenOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findPlanned, topologyWords, withTopologyArgument } from "./topology-argument.ts";
import type { TopologyOptions } from "./topology-argument.ts";
import { refuseWithout } from "./verification-outputs.ts";
import { addVerifyOptions, askedOfVerify, runVerify } from "./verify.ts";
import type { VerifyOptions } from "./verify.ts";

interface Options extends TopologyOptions, VerifyOptions {
  readonly verify?: true;
}

/** `linkerd-topology status` */
export function statusCommand(): Command {
  const command = makeCommand(
    "status",
    "Shows the state of the running clusters: nodes, control planes, Links, gateways, certificates",
    "It looks, and changes nothing. `verify` asks more, and sends traffic.",
  );
  withTopologyArgument(command)
    .option("--json", "one JSON document on standard output")
    .option("--verify", "verify as well: the same as the command verify, with its options");
  addVerifyOptions(command).action(async (topology: string | undefined, options: Options) => {
    const settings = { command: "status", topology: topologyWords(topology, options) };
    await runCommand(settings, async (context) => {
      if (options.verify !== true) refuseWithout("--verify", askedOfVerify(options));
      const running = await findPlanned(topology, options, context);
      if (options.verify) return runVerify(running, options, context);
      const { status } = await import("../status.ts");
      const result = await status({ ...running, ...screenOf(process.stdout) });
      if (options.json) context.printJson(result.document, 2);
      else context.print(result.table);
      return result.healthy ? exitCodes.success : exitCodes.notProved;
    });
  });
  return teach(command, {
    examples: [
      ["linkerd-topology status", "the stack hierarchical"],
      ["linkerd-topology status lab.yaml --json | jq .links", "for programs"],
      ["linkerd-topology status flat --verify", "with traffic over every Link"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}
