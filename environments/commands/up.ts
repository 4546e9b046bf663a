import { Command } from "commander";
import { progressOutput } from "../report/phases.ts";
import { defaultStack, findStack } from "../stacks.ts";
import { renderTimeline } from "../timeline.ts";
import { renderUp } from "../report/summary.ts";
import { wantsColor } from "../../verification/index.ts";
import { up } from "../up.ts";
import { runCommand } from "./run-command.ts";

interface Options {
  readonly images?: string;
  readonly refresh?: true;
  readonly timeline?: true;
}

await new Command("npm run up --")
  .description(
    "Makes a stack's clusters, meshes and Links, and proves that they work.\n\n" +
      "Tools that this machine lacks (Docker, kind, Pulumi and its plugins) are brought first, into a " +
      "cache. Running it again changes only what differs; a run that was killed is finished by the next.",
  )
  .argument("[stack]", "name of a file stacks/Pulumi.STACK.yaml", defaultStack)
  .option(
    "--images <dir>",
    "directory of image archives that take precedence over registries (also: IMAGES)",
  )
  .option(
    "--refresh",
    "ask every resource first how it is: what was changed or deleted by hand comes back",
  )
  .option("--timeline", "show the longest chain of steps and what each took")
  .addHelpText(
    "after",
    `
Examples:
  npm run up                      # the stack ${defaultStack}
  npm run up -- flat              # another one
  IMAGES=~/images npm run up      # images from archives (docker save)
  npm run up -- --refresh         # after something was deleted by hand

Nodes that are stopped, such as after a reboot, are started; a cluster that was deleted is made again.

The state is kept by the Pulumi backend that you are logged in to, else in files of its own
(~/.local/state/linkerd-topology). See also: npm run status, npm run down.`,
  )
  .action(async (name: string, options: Options) => {
    await runCommand(async (signal) => {
      const stack = await findStack(name);
      const result = await up({
        stack,
        output: progressOutput(),
        images: options.images ?? process.env["IMAGES"],
        refresh: options.refresh ?? false,
        signal,
      });
      process.stdout.write(`\n${renderUp(result, name, { color: wantsColor(process.stdout) })}\n`);
      if (options.timeline) process.stdout.write(`\n${renderTimeline(result.timeline)}\n`);
      return 0;
    });
  })
  .parseAsync();
