import { Command } from "commander";
import { wantsColor } from "../../verification/index.ts";
import { defaultStack, findStack } from "../stacks.ts";
import { status } from "../status.ts";
import { runCommand } from "./run-command.ts";

await new Command("npm run status --")
  .description(
    "Asks a stack's running clusters how they are: nodes, control planes, Links, gateways, certificates.",
  )
  .argument("[stack]", "name of the stack", defaultStack)
  .option("--json", "for programs")
  .addHelpText(
    "after",
    `
Exit codes: 0 everything is as planned; 1 something is not; 3 the stack is not up.

Examples:
  npm run status
  npm run --silent status -- hierarchical --json | jq .links`,
  )
  .action(async (name: string, options: { readonly json?: true }) => {
    await runCommand(async () => {
      const result = await status({
        stack: await findStack(name),
        color: wantsColor(process.stdout),
      });
      process.stdout.write(
        `${options.json ? JSON.stringify(result.document, null, 2) : result.table}\n`,
      );
      return result.healthy ? 0 : 1;
    });
  })
  .parseAsync();
