import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { parseDuration, topologyArgument } from "./options.ts";
import { findSource, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly dryRun?: true;
  readonly images?: string;
  readonly json?: true;
  readonly wait?: number;
}

/** `linkerd-topology rotate` */
export const rotateCommand = defineCommand<Options>({
  name: "rotate",
  summary: "Replaces the trust anchor of a running topology without breaking its traffic",
  more:
    "Each step edits `trust` in the topology's file and runs `up`: the next generation is trusted everywhere, " +
    "then signs every issuer, then the old one is removed. Each step begins when the clusters prove " +
    "the one before. `rotate` restarts Linkerd's own workloads and those of the namespaces in trust.restart; " +
    "it waits for all others.\n\n" +
    "A rotation that was stopped continues where it stopped. `status` shows where that is.",
  topology: topologyArgument,
  options: [
    ["--dry-run", "only show the steps, and who has to restart what"],
    [
      "--wait <time>",
      "how long each step waits for others' workloads (default: 10m)",
      parseDuration,
    ],
    ["--images <dir>", "directory of image archives that take precedence over registries"],
    ["--json", "events on standard output, one JSON object per line"],
  ],
  events: true,
  run: async (context, options, topology) => {
    const { rotate, rotateOutlook } = await import("../rotate.ts");
    const request = {
      source: await findSource(topology, options),
      name: options.name,
      output: context.output,
      images: options.images ?? process.env["IMAGES"],
      patience: options.wait,
      signal: context.signal,
    };
    if (options.dryRun) {
      const outlook = await rotateOutlook(request);
      const { renderOutlook } = await import("../rotation/render-outlook.ts");
      if (options.json !== true) context.print(renderOutlook(outlook));
      return { exitCode: exitCodes.success, document: outlook };
    }
    const result = await rotate(request);
    if (options.json !== true) {
      const what = result.resumed ? "The rotation was finished" : "The trust anchor was replaced";
      context.print(`\n${what}: generation ${result.generation} is alone.`);
    }
    return { exitCode: exitCodes.success, document: result };
  },
  examples: [
    ["linkerd-topology rotate lab.yaml --dry-run", "what it would do"],
    ["linkerd-topology rotate lab.yaml", "all steps, with proof of each"],
    ["linkerd-topology rotate lab.yaml --wait 26h", "until others' certificates have been renewed"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
  variables: ["IMAGES", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});
