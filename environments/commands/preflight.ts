import { screenOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { topologyOrInput } from "./options.ts";
import { findTopologyOrInput, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
}

/** `linkerd-topology preflight` */
export const preflightCommand = defineCommand<Options>({
  name: "preflight",
  summary:
    "Checks whether this machine can bring the topology up: tools, memory, disk, ports, subnets, charts",
  more: "It changes nothing. `up` does the same checks before it creates anything.",
  topology: topologyOrInput,
  options: [["--json", "one JSON document on standard output"]],
  run: async ({ print, printJson, signal }, options, topology) => {
    const stack = await findTopologyOrInput(topology, options, signal);
    const { lookAhead, renderPreflight } = await import("../look-ahead.ts");
    const results = await lookAhead(stack);
    const passed = results.every(({ state }) => state !== "failed");
    if (options.json) printJson({ version: 1, passed, results }, 2);
    else print(renderPreflight(results, screenOf(process.stdout)));
    return passed ? exitCodes.success : exitCodes.failed;
  },
  examples: [
    ["linkerd-topology preflight", "the stack hierarchical"],
    ["linkerd-topology preflight lab.yaml --json", "for programs"],
  ],
  variables: ["LINKERD_TOPOLOGY_SOURCES"],
});
