import type { Command } from "commander";
import { chosenClusters } from "../chosen-clusters.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOption, withClusterOption } from "./cluster-option.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findPlanned, type TopologyOptions } from "../find-topology.ts";
import { topologyWords } from "./topology-argument.ts";

type Options = TopologyOptions & ClusterOption;

/** `linkerd-topology load` */
export function loadCommand(): Command {
  const command = makeCommand(
    "load",
    "Loads images into the nodes of a running topology's kind clusters",
    "An image is a name that Docker knows, or an archive (docker save, OCI). Nodes that are created later don't have " +
      "it: write `imageArchives` in the topology for those.",
  );
  command
    .argument("<image...>", "images that Docker has, or files of image archives")
    .option("--topology <file>", "a ready-made stack, or a YAML file (default: hierarchical)")
    .option("--name <name>", "name of the topology (default: the stack's, or the file's)");
  withClusterOption(command).action(async (images: readonly string[], options: Options) => {
    const settings = { command: "load", topology: topologyWords(undefined, options) };
    await runCommand(settings, async (context) => {
      const { signal } = context;
      const running = await findPlanned(undefined, options, context);
      const { runningStack } = await import("../mesh-of-stack.ts");
      const { loadImages } = await import("../load.ts");
      const { mesh } = await runningStack({ ...running, signal, command: "load" });
      const loaded = await loadImages({
        stack: running.stack.name,
        clusters: chosenClusters(mesh.plan.clusters, options.cluster),
        images,
        signal,
      });
      for (const { name, nodes } of loaded) {
        context.print(`${name}: loaded into ${nodes === 1 ? "1 node" : `${nodes} nodes`}`);
      }
      return exitCodes.success;
    });
  });
  return teach(command, {
    examples: [
      ["linkerd-topology load shop:dev --topology lab.yaml", "into every node"],
      ["linkerd-topology load shop.tar --topology lab.yaml --cluster east", "into those of east"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}
