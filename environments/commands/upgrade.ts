import { Option } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { topologyArgument } from "./options.ts";
import { findSource, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly to: string;
  readonly canary?: string;
  readonly atOnce?: true;
  readonly dryRun?: true;
  readonly images?: string;
  readonly probeImage?: string;
  readonly json?: true;
}

/** `linkerd-topology upgrade` */
export const upgradeCommand = defineCommand<Options>({
  name: "upgrade",
  summary: "Brings another release of Linkerd to a running topology, cluster by cluster",
  more:
    "One cluster goes first, the canary. The others follow when every check of a verification with traffic " +
    "has passed. Each step edits `linkerdVersion` of a cluster in the topology's file and runs `up`, which " +
    "rolls Linkerd's own workloads and those of the namespaces in linkerd.restart.\n\n" +
    "An interrupted upgrade continues where it stopped. The way back is the same command with the " +
    "earlier release.",
  topology: topologyArgument,
  options: [
    new Option(
      "--to <release>",
      "edge release, or its stable number, such as 2.20",
    ).makeOptionMandatory(),
    ["--canary <cluster>", "the cluster that goes first (default: the topology's first one)"],
    ["--at-once", "all others go together once the canary is proved"],
    ["--dry-run", "only show the steps"],
    ["--images <dir>", "directory of image archives that take precedence over registries"],
    ["--probe-image <image>", "image that traffic is sent with"],
    ["--json", "events on standard output, one JSON object per line"],
  ],
  events: true,
  run: async (context, options, topology) => {
    const { upgrade, upgradeOutlook } = await import("../upgrade.ts");
    const request = {
      source: await findSource(topology, options),
      name: options.name,
      to: options.to,
      canary: options.canary,
      atOnce: options.atOnce,
      probeImage: options.probeImage,
      output: context.output,
      images: options.images ?? process.env["IMAGES"],
      signal: context.signal,
    };
    if (options.dryRun) {
      const outlook = await upgradeOutlook(request);
      const steps = outlook.steps.map((step, index) => `  ${index + 1}. ${step}`);
      if (options.json !== true) {
        context.print(
          steps.length === 0
            ? `Every cluster has ${outlook.version} by the topology. The upgrade would only prove it.`
            : `The upgrade would:\n${steps.join("\n")}`,
        );
      }
      return { exitCode: exitCodes.success, document: outlook };
    }
    const result = await upgrade(request);
    if (options.json !== true) {
      context.print(`\nEvery cluster has Linkerd ${result.version} now.`);
      const left = result.leftToOwners;
      if (left.length > 0) {
        context.print(`Their owners have yet to restart these workloads:\n  ${left.join("\n  ")}`);
      }
    }
    return { exitCode: exitCodes.success, document: result };
  },
  examples: [
    ["linkerd-topology upgrade lab.yaml --to 2.20 --dry-run", "what it would do"],
    ["linkerd-topology upgrade lab.yaml --to 2.20 --canary east", "east first, then the others"],
    ["linkerd-topology upgrade lab.yaml --to edge-26.1.1", "the way back"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
  variables: ["IMAGES", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});
