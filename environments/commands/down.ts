import { CommandError } from "../command-error.ts";
import type { Consent } from "../consent.ts";
import { exitCodes } from "../exit-codes.ts";
import { howToCall } from "../how-to-call.ts";
import { defaultStack } from "../stacks.ts";
import { terminalQuestion } from "./ask.ts";
import { defineCommand } from "./command.ts";
import { topologyArgument } from "./options.ts";
import { findRunning, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly json?: true;
  readonly yes?: true;
}

/** `linkerd-topology down` */
export const downCommand = defineCommand<Options>({
  name: "down",
  summary: "Removes a topology: its clusters, its Docker network, its kubeconfigs and its state",
  more:
    "It also works after a crash and without the state. What the topology did not create stays. From clusters " +
    "that existed before, Linkerd and the Links are removed.\n\n" +
    `Without a topology, \`down\` removes the stack ${defaultStack}. On a terminal it asks first; ` +
    "in a script, or with --yes, it does not.",
  topology: topologyArgument,
  options: [
    [
      "--yes",
      `remove without asking: the stack ${defaultStack} if none is named, and clusters that were ` +
        "never finished if the state doesn't have the stack",
    ],
    ["--json", "events on standard output, one JSON object per line"],
  ],
  events: true,
  run: async (context, options, topology) => {
    if (topology === undefined && options.topology === undefined && options.name === undefined) {
      await confirmDefault(options);
    }
    const { run, ...running } = await findRunning(topology, options);
    const { down } = await import("../down.ts");
    const { downRun } = await import("../runs/down-run.ts");
    const { output, signal } = context;
    const { summary } = run
      ? await downRun(run, output, signal)
      : await down({ ...running, output, signal, removeUnknown: consentOf(options) });
    if (options.json !== true) context.print(summary);
    return { exitCode: exitCodes.success, document: { summary } };
  },
  examples: [
    ["linkerd-topology down", "the stack hierarchical"],
    ["linkerd-topology down lab.yaml", "removes what was brought up from that file"],
    ["linkerd-topology down lab", "the same by name; the file may be missing"],
    ["linkerd-topology down lab-k3x9qa", "a run that was kept"],
  ],
  variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

function consentOf({ yes, json }: Options): Consent {
  return yes ?? (json === true ? false : (terminalQuestion() ?? false));
}

/** No topology was named, which may be a slip. */
async function confirmDefault({ yes, json }: Options): Promise<void> {
  const ask = json === true ? undefined : terminalQuestion();
  if (yes === true || ask === undefined) return;
  if (await ask(`Remove the stack ${defaultStack}, with everything in its clusters?`)) return;
  throw new CommandError(
    `nothing was changed; ${howToCall("down", ["STACK"])} removes another stack`,
  );
}
