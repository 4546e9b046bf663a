import os from "node:os";
import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findPlanned, topologyWords, withTopologyArgument } from "./topology-argument.ts";
import type { Running, TopologyOptions } from "./topology-argument.ts";

interface Options extends TopologyOptions {
  readonly merge?: true;
}

/** `linkerd-topology kubeconfig` */
export function kubeconfigCommand(): Command {
  const command = makeCommand(
    "kubeconfig",
    "Prints one kubeconfig for a running topology, with a context for each cluster",
    "It holds credentials: keep the file to yourself. With --merge it goes into kubectl's own file instead; contexts " +
      "there are called TOPOLOGY-CLUSTER, and the current one stays.",
  );
  withTopologyArgument(command)
    .option("--merge", "put it into the file that kubectl uses ($KUBECONFIG, else ~/.kube/config)")
    .action(async (topology: string | undefined, options: Options) => {
      const settings = { command: "kubeconfig", topology: topologyWords(topology, options) };
      await runCommand(settings, async (context) => {
        const running = await findPlanned(topology, options, context);
        const { runningStack } = await import("../mesh-of-stack.ts");
        const { meshKubeconfig, mergeKubeconfig, usualKubeconfig } =
          await import("../kubeconfigs.ts");
        const { mesh } = await runningStack({ ...running, command: "kubeconfig" });
        if (options.merge !== true) {
          process.stdout.write(meshKubeconfig(mesh, (name) => name));
          return exitCodes.success;
        }
        const file = usualKubeconfig(process.env, process.env["HOME"] ?? os.homedir());
        const nameOf = (name: string): string => `${mesh.plan.name}-${name}`;
        await mergeKubeconfig(meshKubeconfig(mesh, nameOf), file);
        const names = mesh.clusters.map(({ name }) => nameOf(name));
        context.print(`${file} has the contexts ${names.join(", ")} now`);
        return exitCodes.success;
      });
    });
  return teach(command, {
    examples: [
      ["linkerd-topology kubeconfig lab.yaml > lab.kubeconfig", "a file of its own"],
      ["linkerd-topology kubeconfig lab.yaml --merge", "then: kubectl --context lab-west get pods"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp],
    variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}

/** `linkerd-topology env` */
export function envCommand(): Command {
  const command = makeCommand(
    "env",
    "Prints shell variables with the kubeconfigs of a running topology",
    "KUBECONFIG names the files of all clusters, KUBECONFIG_WEST that of the cluster west.",
  );
  withTopologyArgument(command).action(
    async (topology: string | undefined, options: TopologyOptions) => {
      const settings = { command: "env", topology: topologyWords(topology, options) };
      await runCommand(settings, async (context) => {
        const running: Running = await findPlanned(topology, options, context);
        const { runningStack } = await import("../mesh-of-stack.ts");
        const { shellLines } = await import("../kubeconfigs.ts");
        const { mesh } = await runningStack({ ...running, command: "env" });
        process.stdout.write(`${shellLines(mesh)}\n`);
        return exitCodes.success;
      });
    },
  );
  return teach(command, {
    examples: [
      ["linkerd-topology env lab.yaml", "what it sets"],
      ['eval "$(linkerd-topology env lab.yaml)"', "in the shell that you are in"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}
