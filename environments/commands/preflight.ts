import type { Command } from "commander";
import { wantsColor } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findTopology, withTopologyArgument } from "./topology-argument.ts";
import type { TopologyOptions } from "./topology-argument.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
}

/** `linkerd-topology preflight` */
export function preflightCommand(): Command {
  const command = makeCommand(
    "preflight",
    "Looks whether this machine can bring the topology up: tools, room, ports, subnets, charts",
    "It looks, and changes nothing; `up` does the same before it makes anything.",
  );
  withTopologyArgument(command)
    .option("--json", "one JSON document on standard output")
    .action(async (topology: string | undefined, options: Options) => {
      await runCommand({ command: "preflight" }, async () => {
        const stack = await findTopology(topology, options);
        const { lookAhead, renderPreflight } = await import("../look-ahead.ts");
        const results = await lookAhead(stack);
        const passed = results.every(({ state }) => state !== "failed");
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ version: 1, passed, results }, null, 2)}\n`
            : `${renderPreflight(results, { color: wantsColor(process.stdout) })}\n`,
        );
        return passed ? exitCodes.success : exitCodes.failed;
      });
    });
  return teach(command, {
    examples: [
      ["linkerd-topology preflight", "the stack hierarchical"],
      ["linkerd-topology preflight lab.yaml --json", "for programs"],
    ],
    variables: ["LINKERD_TOPOLOGY_SOURCES"],
  });
}
