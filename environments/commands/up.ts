import { screenOf } from "../../verification/render/style.ts";
import { exitCodes } from "../exit-codes.ts";
import { terminalQuestion } from "./ask.ts";
import { defineCommand } from "./command.ts";
import { topologyArgument } from "./options.ts";
import { findTopology, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly allowNoDataPlane?: true;
  readonly images?: string;
  readonly json?: true;
  readonly moved?: true;
  readonly newSources?: true;
  readonly refresh?: true;
  readonly timeline?: true;
  readonly yes?: true;
}

/** `linkerd-topology up` */
export const upCommand = defineCommand<Options>({
  name: "up",
  summary: "Creates a topology's clusters, meshes and Links, and proves that they work",
  more:
    "It first installs the tools that this machine lacks (Docker, kind, Pulumi and its plugins). " +
    "Running it again changes only what differs, and completes an `up` that was killed. It starts nodes that " +
    "are stopped, such as after a reboot, and recreates clusters that were deleted.\n\n" +
    "If it would delete or recreate a cluster, it says so and shows what is in it. On a terminal it asks then; " +
    "elsewhere it refuses without --yes. Images and charts come from the same sources as before, unless " +
    "--images, LINKERD_TOPOLOGY_SOURCES or --new-sources choose others.\n\n" +
    "If the topology says adopt, it takes over a mesh that others made: it shows what that means, and what " +
    "stands in the way, and asks in the same manner. Nothing that is there changes.\n\n" +
    "The Pulumi backend that you are logged in to keeps the state, otherwise files of its own do " +
    "(~/.local/state/linkerd-topology). See also: status, verify, down.",
  topology: topologyArgument,
  options: [
    ["--images <dir>", "directory of image archives that take precedence over registries"],
    ["--new-sources", "choose again where images and charts come from"],
    [
      "--allow-no-data-plane",
      "continue without Linkerd's proxy if its images are unavailable: no traffic is meshed",
    ],
    [
      "--yes",
      "delete or recreate clusters without asking, if the edit needs it; take over a mesh of others",
    ],
    ["--refresh", "check every resource first, and restore what was changed or deleted by hand"],
    ["--moved", "the topology's file was moved: continue the stack with this one"],
    ["--timeline", "show the longest chain of steps and what each took"],
    ["--json", "events on standard output, one JSON object per line"],
  ],
  events: true,
  run: async (context, options, topology) => {
    const stack = await findTopology(topology, options);
    const { up } = await import("../up.ts");
    const ask = options.json === true ? undefined : terminalQuestion();
    const result = await up({
      stack,
      output: context.output,
      images: options.images ?? process.env["IMAGES"],
      refresh: options.refresh ?? false,
      moved: options.moved ?? false,
      newSources: options.newSources ?? false,
      replaceClusters: options.yes ?? ask ?? false,
      adopt: options.yes ?? ask ?? false,
      allowNoDataPlane: options.allowNoDataPlane ?? ask ?? false,
      withoutRegistry: true,
      signal: context.signal,
    });
    if (options.json !== true) {
      const { renderUp } = await import("../report/summary.ts");
      const { renderTimeline } = await import("../timeline.ts");
      context.print(`\n${renderUp(result, screenOf(process.stdout))}`);
      if (options.timeline)
        context.print(`\n${renderTimeline(result.timeline, screenOf(process.stdout))}`);
    }
    const { statusDocument } = await import("../../verification/render/json.ts");
    const { proof, changes } = result;
    const document = { changes, ...statusDocument(proof.status, proof.results) };
    return { exitCode: exitCodes.success, document };
  },
  examples: [
    ["linkerd-topology up", "the stack hierarchical"],
    ["linkerd-topology up flat", "another ready-made one"],
    ["linkerd-topology up lab.yaml", "a topology of your own"],
    ["IMAGES=~/images linkerd-topology up", "images from archives (docker save)"],
    ["linkerd-topology up lab.yaml --yes", "in CI, where clusters may be recreated"],
    ["linkerd-topology up --refresh", "after something was deleted by hand"],
  ],
  exits: [exitCodes.failed, exitCodes.notProved],
  variables: [
    "IMAGES",
    "LINKERD_TOPOLOGY_SOURCES",
    "LINKERD_TOPOLOGY_CACHE",
    "XDG_STATE_HOME",
    "PULUMI_BACKEND_URL",
  ],
});
