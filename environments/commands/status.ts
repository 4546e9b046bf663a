import type { Command } from "commander";
import { wantsColor } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findRunning, withTopologyArgument } from "./topology-argument.ts";
import type { TopologyOptions } from "./topology-argument.ts";
import { addVerifyOptions, runVerify } from "./verify.ts";
import type { VerifyOptions } from "./verify.ts";

interface Options extends TopologyOptions, VerifyOptions {
  readonly verify?: true;
}

/** `linkerd-topology status` */
export function statusCommand(): Command {
  const command = makeCommand(
    "status",
    "Asks the running clusters how they are: nodes, control planes, Links, gateways, certificates",
    "It looks, and changes nothing. `verify` asks more, and sends traffic.",
  );
  withTopologyArgument(command)
    .option("--json", "one JSON document on standard output")
    .option("--verify", "verify as well: the same as the command verify, with its options");
  addVerifyOptions(command).action(async (topology: string | undefined, options: Options) => {
    await runCommand({ command: "status" }, async (context) => {
      const running = await findRunning(topology, options);
      if (options.verify) return runVerify(running, options, context);
      const { status } = await import("../status.ts");
      const result = await status({ ...running, color: wantsColor(process.stdout) });
      const document = JSON.stringify(result.document, null, 2);
      process.stdout.write(`${options.json ? document : result.table}\n`);
      return result.healthy ? exitCodes.success : exitCodes.failed;
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
