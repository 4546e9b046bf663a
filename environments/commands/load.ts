import { chosenClusters } from "../chosen-clusters.ts";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { type ClusterOption, clusterOption } from "./options.ts";
import { findPlanned, type TopologyOptions } from "../find-topology.ts";

type Options = TopologyOptions & ClusterOption;

/** `linkerd-topology load` */
export const loadCommand = defineCommand<Options, readonly string[]>({
  name: "load",
  summary: "Loads images into the nodes of a running topology's kind clusters",
  more:
    "An image is a name that Docker knows, or an archive (docker save, OCI). Nodes that are created later don't have " +
    "it: write `imageArchives` in the topology for those.",
  argument: ["<image...>", "images that Docker has, or files of image archives"],
  options: [
    ["--topology <file>", "a ready-made stack, or a YAML file (default: hierarchical)"],
    ["--name <name>", "name of the topology (default: the stack's, or the file's)"],
    clusterOption,
  ],
  run: async (context, options, images) => {
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
  },
  examples: [
    ["linkerd-topology load shop:dev --topology lab.yaml", "into every node"],
    ["linkerd-topology load shop.tar --topology lab.yaml --cluster east", "into those of east"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});
