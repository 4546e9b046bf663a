import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { diagramFormats, drawDiagram, readFormat, writeDiagramPages } from "../diagram.ts";
import { planStack } from "../plan-stack.ts";
import { defaultStack, findStack } from "../stacks.ts";
import { runCommand } from "./run-command.ts";

interface Options {
  readonly format: string;
  readonly output?: string;
  readonly write?: true;
}

await new Command("npm run diagram --")
  .description("Draws a stack: clusters, networks, Links by mode, gateways, exports and mirrors.")
  .argument("[stack]", "name of a file stacks/Pulumi.STACK.yaml", defaultStack)
  .addOption(
    new Option("--format <format>", "what to draw it as")
      .choices(diagramFormats)
      .default("mermaid"),
  )
  .option("--output <file>", "file to write it to, in place of showing it")
  .option("--write", "refresh the diagrams in README.md and docs/stacks instead")
  .addHelpText(
    "after",
    `
Examples:
  npm run --silent diagram -- mixed
  npm run diagram -- star --format svg --output star.svg`,
  )
  .action(async (name: string, options: Options) => {
    await runCommand(async () => {
      if (options.write) {
        const written = await writeDiagramPages();
        process.stdout.write(
          written.length > 0 ? `${written.join("\n")}\n` : "every page is up to date\n",
        );
        return 0;
      }
      const plan = await planStack(await findStack(name));
      const text = await drawDiagram(plan, readFormat(options.format));
      if (options.output === undefined) process.stdout.write(text);
      else await writeFile(options.output, text);
      return 0;
    });
  })
  .parseAsync();
