import type { Command } from "commander";
import { readPlainFile } from "../../system/plain-file.ts";
import { messageOf } from "../../system/message-of.ts";
import type { Manifest } from "../apply.ts";
import { badInput } from "../command-error.ts";
import { chosenClusters } from "../chosen-clusters.ts";
import { exitCodes } from "../exit-codes.ts";
import { readInput, standardInput } from "../yaml-file.ts";
import { type ClusterOption, withClusterOption } from "./cluster-option.ts";
import { makeCommand, teach } from "./command.ts";
import { type ContextOptions, findLookedAt, withContexts, wordsOf } from "./context-options.ts";
import { runCommand } from "./run-command.ts";
import { withTopologyArgument } from "./topology-argument.ts";
import type { TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions, ContextOptions, ClusterOption {
  readonly filename: readonly string[];
  readonly force?: true;
  readonly namespace?: string;
}

/** `linkerd-topology apply` */
export function applyCommand(): Command {
  const command = makeCommand(
    "apply",
    "Applies Kubernetes objects to several clusters at once",
    "This is a server-side apply, so the same files can be applied again. Nothing is applied if a file can't be read, " +
      "a cluster doesn't answer, or doesn't serve one of the kinds.",
  );
  withClusterOption(withContexts(withTopologyArgument(command)))
    .requiredOption("-f, --filename <file...>", "YAML or JSON files; - reads standard input")
    .option("-n, --namespace <name>", "namespace of objects that name none (default: default)")
    .option("--force", "take over fields that somebody else manages")
    .action(async (topology: string | undefined, options: Options) => {
      const settings = { command: "apply", topology: wordsOf(topology, options) };
      await runCommand(settings, async (context) => {
        const { signal } = context;
        const objects = await readFiles(options.filename, signal);
        const running = await findLookedAt(topology, options, context);
        const { runningStack } = await import("../mesh-of-stack.ts");
        const { applyTo } = await import("../apply.ts");
        const { mesh } = await runningStack({ ...running, signal, command: "apply" });
        const clusters = chosenClusters(mesh.clusters, options.cluster);
        const { namespace, force } = options;
        const applied = await applyTo({
          clusters,
          objects,
          signal,
          ...(namespace !== undefined && { namespace }),
          ...(force && { force }),
        });
        const failed = applied.filter(({ problem }) => problem !== undefined);
        for (const { cluster, object, problem } of applied) {
          if (problem === undefined) context.print(`${cluster}  ${object}  applied`);
          else context.output.write(`${cluster}  ${object}  ${problem}\n`);
        }
        return failed.length === 0 ? exitCodes.success : exitCodes.failed;
      });
    });
  return teach(command, {
    examples: [
      ["linkerd-topology apply lab.yaml -f shop.yaml", "to every cluster"],
      ["linkerd-topology apply lab.yaml --cluster west east -f shop.yaml", "to two of them"],
      ["kustomize build . | linkerd-topology apply lab.yaml -f -", "from standard input"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp],
    variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}

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
