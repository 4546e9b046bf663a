import type { Command } from "commander";
import { screenOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findTopologyOrInput, type TopologyOptions } from "../find-topology.ts";
import { topologyWords, withTopologyArgument } from "./topology-argument.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
}

/** `linkerd-topology preflight` */
export function preflightCommand(): Command {
  const command = makeCommand(
    "preflight",
    "Checks whether this machine can bring the topology up: tools, memory, disk, ports, subnets, charts",
    "It changes nothing. `up` does the same checks before it creates anything.",
  );
  withTopologyArgument(command, { orInput: true })
    .option("--json", "one JSON document on standard output")
    .action(async (topology: string | undefined, options: Options) => {
      const settings = { command: "preflight", topology: topologyWords(topology, options) };
      await runCommand(settings, async ({ print, printJson, signal }) => {
        const stack = await findTopologyOrInput(topology, options, signal);
        const { lookAhead, renderPreflight } = await import("../look-ahead.ts");
        const results = await lookAhead(stack);
        const passed = results.every(({ state }) => state !== "failed");
        if (options.json) printJson({ version: 1, passed, results }, 2);
        else print(renderPreflight(results, screenOf(process.stdout)));
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
