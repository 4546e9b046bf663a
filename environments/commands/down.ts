import { Command } from "commander";
import { down, findDownable } from "../down.ts";
import { progressOutput } from "../report/phases.ts";
import { defaultStack } from "../stacks.ts";
import { runCommand } from "./run-command.ts";

await new Command("npm run down --")
  .description(
    "Takes a stack away: its clusters, its Docker network, its kubeconfigs and its state.\n\n" +
      "Works after a crash and without the state as well; what the stack did not make stays. From " +
      "clusters that existed before, Linkerd and the Links are removed.",
  )
  .argument("[stack]", "name of the stack", defaultStack)
  .addHelpText(
    "after",
    `
Examples:
  npm run down
  npm run down -- flat`,
  )
  .action(async (name: string) => {
    await runCommand(async (signal) => {
      const result = await down({
        stack: await findDownable(name),
        output: progressOutput(),
        signal,
      });
      process.stdout.write(`${result.summary}\n`);
      return 0;
    });
  })
  .parseAsync();
