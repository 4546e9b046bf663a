import { screenOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { namedSources } from "../named-sources.ts";
import { planStack } from "../plan-stack.ts";
import { planDocument } from "../report/plan-document.ts";
import { renderPlan } from "../report/render-plan.ts";
import { defineCommand } from "./command.ts";
import { topologyOrInput } from "./options.ts";
import { findTopologyOrInput, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
}

/** `linkerd-topology plan` */
export const planCommand = defineCommand<Options>({
  name: "plan",
  summary:
    "Shows what would be created: clusters, subnets, gateways, Links, exports and their mirrors",
  more:
    "It needs only the topology, and the sources file if there is one: no Docker, no Pulumi, no network. It reports all problems of a topology: " +
    "where, what is wrong, and how to fix it.",
  topology: topologyOrInput,
  options: [["--json", "one JSON document on standard output"]],
  run: async ({ print, printJson, signal }, options, topology) => {
    const stack = await findTopologyOrInput(topology, options, signal);
    const plan = await planStack(stack, { sources: await namedSources(stack) });
    if (options.json) printJson(planDocument(plan), 2);
    else print(renderPlan(plan, screenOf(process.stdout)));
    return exitCodes.success;
  },
  examples: [
    ["linkerd-topology plan", "the stack hierarchical"],
    ["linkerd-topology plan lab.yaml", "checks a topology of your own"],
    ["linkerd-topology plan lab.yaml --json | jq .plan.mirrors", "for programs"],
  ],
  exits: [],
});
