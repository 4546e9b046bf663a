import os from "node:os";
import { exitCodes } from "../exit-codes.ts";
import { badInput, CommandError } from "../command-error.ts";
import { defineCommand } from "./command.ts";
import { topologyArgument } from "./options.ts";
import { findPlanned, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly merge?: true;
}

/** `linkerd-topology kubeconfig` */
export const kubeconfigCommand = defineCommand<Options>({
  name: "kubeconfig",
  summary: "Prints one kubeconfig for a running topology, with a context for each cluster",
  more:
    "It holds credentials: keep the file to yourself. With --merge it goes into kubectl's own file instead; contexts " +
    "there are called TOPOLOGY-CLUSTER, and the current one stays.",
  topology: topologyArgument,
  options: [
    ["--merge", "put it into the file that kubectl uses ($KUBECONFIG, else ~/.kube/config)"],
  ],
  run: async (context, options, topology) => {
    const running = await findPlanned(topology, options, context);
    const { runningStack } = await import("../mesh-of-stack.ts");
    const { meshKubeconfig, mergeKubeconfig, usualKubeconfig } = await import("../kubeconfigs.ts");
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
  },
  examples: [
    ["linkerd-topology kubeconfig lab.yaml > lab.kubeconfig", "a file of its own"],
    ["linkerd-topology kubeconfig lab.yaml --merge", "then: kubectl --context lab-west get pods"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

/** `linkerd-topology env` */
export const envCommand = defineCommand<TopologyOptions>({
  name: "env",
  summary: "Prints shell variables with the kubeconfigs of a running topology",
  more: "KUBECONFIG names the files of all clusters, KUBECONFIG_WEST that of the cluster west.",
  topology: topologyArgument,
  run: async (context, options, topology) => {
    const running = await findPlanned(topology, options, context);
    const { runningStack } = await import("../mesh-of-stack.ts");
    const { shellLines } = await import("../kubeconfigs.ts");
    const { mesh } = await runningStack({ ...running, command: "env" });
    process.stdout.write(`${shellLines(mesh)}\n`);
    return exitCodes.success;
  },
  examples: [
    ["linkerd-topology env lab.yaml", "what it sets"],
    ['eval "$(linkerd-topology env lab.yaml)"', "in the shell that you are in"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

/**
 * `linkerd-topology shell`
 *
 * @param toRun what is behind `--` on the command line
 */
export function shellCommand(toRun: readonly string[] | undefined) {
  return defineCommand<TopologyOptions>({
    name: "shell",
    summary: "Opens a shell in which kubectl knows the clusters of a running topology",
    more:
      "KUBECONFIG has a context for each cluster there; the first one is the current one. With a command after two " +
      "dashes it runs that instead of $SHELL. The files are deleted at the end.",
    topology: topologyArgument,
    usage: "[options] [topology] [-- COMMAND...]",
    ownSignals: true,
    run: async (context, options, topology) => {
      const words = toRun ?? [process.env["SHELL"] ?? "/bin/sh"];
      if (words.length === 0) throw nothingToRun();
      const running = await findPlanned(topology, options, context);
      const { runningStack } = await import("../mesh-of-stack.ts");
      const { inShell } = await import("../kubeconfigs.ts");
      const { mesh } = await runningStack({ ...running, command: "shell" });
      return inShell(mesh, words);
    },
    examples: [
      ["linkerd-topology shell lab.yaml", "then: kubectl --context west get pods"],
      ["linkerd-topology shell lab.yaml -- k9s --context east", "one command"],
    ],
    exits: [exitCodes.failed, exitCodes.notUp],
    otherExits: ["the command's own; 126 or 127 if it can't be run"],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}

function nothingToRun(): CommandError {
  return badInput(
    "the command is missing. Write it after the two dashes, or leave them out for a shell",
  );
}
