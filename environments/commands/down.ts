import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { runPhases } from "../report/phases.ts";
import type { Output, Tell } from "../report/phases.ts";
import type { TakenRun } from "../runs/take-down.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { findRunning, withTopologyArgument } from "./topology-argument.ts";
import type { TopologyOptions } from "./topology-argument.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
}

/** `linkerd-topology down` */
export function downCommand(): Command {
  const command = makeCommand(
    "down",
    "Takes a topology away: its clusters, its Docker network, its kubeconfigs and its state",
    "Works after a crash and without the state as well; what the topology did not make stays. From clusters " +
      "that existed before, Linkerd and the Links are removed.",
  );
  withTopologyArgument(command)
    .option("--json", "events on standard output, one JSON object per line")
    .action(async (topology: string | undefined, options: Options) => {
      const settings = { command: "down", json: options.json ?? false, engine: true };
      await runCommand(settings, async (context) => {
        const { run, ...running } = await findRunning(topology, options);
        const { down } = await import("../down.ts");
        const { output, signal } = context;
        const { summary } = run
          ? await takeRunDown(run, output)
          : await down({ ...running, output, signal });
        if (options.json !== true) process.stdout.write(`${summary}\n`);
        return { exitCode: exitCodes.success, document: { summary } };
      });
    });
  return teach(command, {
    examples: [
      ["linkerd-topology down", "the stack hierarchical"],
      ["linkerd-topology down lab.yaml", "what was brought up from that file"],
      ["linkerd-topology down lab", "the same by its name; the file may be gone"],
      ["linkerd-topology down lab-k3x9qa", "a run that was kept"],
    ],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
  });
}

async function takeRunDown(run: TakenRun, output: Output): Promise<{ summary: string }> {
  const { takeDown } = await import("../runs/take-down.ts");
  const phase = {
    title: `taking ${run.name} away`,
    run: async (tell: Tell) => {
      await takeDown(run, (line) => {
        tell.step(line);
      });
      return "nothing is left";
    },
  };
  await runPhases([phase], output);
  return { summary: `The run ${run.name} is gone.` };
}
