import { Option } from "commander";
import { readPlainFile } from "../../system/plain-file.ts";
import { messageOf } from "../../system/message-of.ts";
import type { Manifest } from "../apply.ts";
import { badInput } from "../command-error.ts";
import { chosenClusters } from "../chosen-clusters.ts";
import { exitCodes } from "../exit-codes.ts";
import { readInput, standardInput } from "../yaml-file.ts";
import { defineCommand } from "./command.ts";
import {
  type ClusterOption,
  clusterOption,
  type ContextOptions,
  contextOptions,
  findLookedAt,
  topologyArgument,
} from "./options.ts";
import type { TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions, ContextOptions, ClusterOption {
  readonly filename: readonly string[];
  readonly force?: true;
  readonly namespace?: string;
}

/** `linkerd-topology apply` */
export const applyCommand = defineCommand<Options>({
  name: "apply",
  summary: "Applies Kubernetes objects to several clusters at once",
  more:
    "This is a server-side apply, so the same files can be applied again. Nothing is applied if a file can't be read, " +
    "a cluster doesn't answer, or doesn't serve one of the kinds.",
  topology: topologyArgument,
  options: [
    ...contextOptions,
    clusterOption,
    new Option(
      "-f, --filename <file...>",
      "YAML or JSON files; - reads standard input",
    ).makeOptionMandatory(),
    ["-n, --namespace <name>", "namespace of objects that name none (default: default)"],
    ["--force", "take over fields that somebody else manages"],
  ],
  run: async (context, options, topology) => {
    const { signal } = context;
    const objects = await readFiles(options.filename, signal);
    const running = await findLookedAt(topology, options, context);
    const { runningStack } = await import("../mesh-of-stack.ts");
    const { applyTo } = await import("../apply.ts");
    const { mesh } = await runningStack({ ...running, signal, command: "apply" });
    const clusters = chosenClusters(mesh.clusters, options.cluster);
    const { namespace, force } = options;
    const applied = await applyTo({ clusters, objects, signal, namespace, force });
    const failed = applied.filter(({ problem }) => problem !== undefined);
    for (const { cluster, object, problem } of applied) {
      if (problem === undefined) context.print(`${cluster}  ${object}  applied`);
      else context.output.write(`${cluster}  ${object}  ${problem}\n`);
    }
    return failed.length === 0 ? exitCodes.success : exitCodes.failed;
  },
  examples: [
    ["linkerd-topology apply lab.yaml -f shop.yaml", "to every cluster"],
    ["linkerd-topology apply lab.yaml --cluster west east -f shop.yaml", "to two of them"],
    ["kustomize build . | linkerd-topology apply lab.yaml -f -", "from standard input"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

async function readFiles(
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const { readManifests } = await import("../apply.ts");
  const objects: Manifest[] = [];
  for (const file of files) {
    const isInput = file === "-";
    objects.push(
      ...readManifests(
        isInput ? await readInput(signal) : readText(file),
        isInput ? standardInput : file,
      ),
    );
  }
  return objects;
}

function readText(file: string): string {
  try {
    return readPlainFile(file);
  } catch (error) {
    throw badInput(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
}
