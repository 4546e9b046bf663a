import { writeFile } from "node:fs/promises";
import { Option } from "commander";
import { type DiagramFormat, diagramFormats } from "../diagram.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { exitCodes } from "../exit-codes.ts";
import { requireWritable } from "../output-files.ts";
import { planStack } from "../plan-stack.ts";
import { defineCommand } from "./command.ts";
import {
  type ContextOptions,
  contextOptions,
  namesClusters,
  refuseTopology,
  topologyOrInput,
} from "./options.ts";
import { findTopologyOrInput, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions, ContextOptions {
  readonly format: DiagramFormat;
  readonly output?: string;
  readonly write?: true;
}

/** `linkerd-topology diagram` */
export const diagramCommand = defineCommand<Options>({
  name: "diagram",
  summary: "Draws a topology: clusters, networks, Links by mode, gateways, exports and mirrors",
  more: "It needs only the plan: nothing has to run. With --context it draws the mesh that running clusters have.",
  topology: topologyOrInput,
  options: [
    ...contextOptions,
    new Option("--format <format>", "output format").choices(diagramFormats).default("mermaid"),
    ["--output <file>", "file to write to, instead of standard output"],
    new Option("--write", "refresh the diagrams in this project's README.md and docs").hideHelp(),
  ],
  run: async ({ print, signal }, options, topology) => {
    const { drawDiagram, writeDiagramPages } = await import("../diagram.ts");
    if (options.write) {
      const written = await writeDiagramPages();
      print(written.length > 0 ? written.join("\n") : "every page is up to date");
      return exitCodes.success;
    }
    await requireWritable({ "--output": options.output });
    const plan = namesClusters(options)
      ? await planOfClusters(topology, options, signal)
      : await planStack(await findTopologyOrInput(topology, options, signal));
    const text = await drawDiagram(plan, options.format);
    if (options.output === undefined) process.stdout.write(text);
    else await writeFile(options.output, text);
    return exitCodes.success;
  },
  examples: [
    ["linkerd-topology diagram mixed", "Mermaid, as GitHub shows it"],
    ["linkerd-topology diagram star --format svg --output star.svg", "a picture"],
    ["linkerd-topology diagram --context west --context east", "of a mesh that runs"],
  ],
});

/** The plan of a running mesh, whoever made it. */
async function planOfClusters(
  topology: string | undefined,
  options: Options,
  signal: AbortSignal,
): Promise<Plan> {
  refuseTopology(topology, options);
  const { findWays } = await import("../contexts.ts");
  const { lookAt, meshOf, requireAnswers } = await import("../found-mesh.ts");
  const ways = await findWays(options);
  const found = await lookAt(ways, signal);
  requireAnswers(found.observed);
  return meshOf(found, ways).mesh.plan;
}
