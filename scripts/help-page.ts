import type { Command } from "commander";

const marked = /<!-- help ([a-z-]+) -->\n[^]*?<!-- end -->/g;

/**
 * docs/cli.md whose blocks `<!-- help COMMAND -->`, each up to `<!-- end -->`, are written again.
 *
 * @throws Error if a marker names a command that doesn't exist
 */
export function refreshHelp(text: string, program: Command): string {
  return text.replaceAll(
    marked,
    (_, name: string) =>
      `<!-- help ${name} -->\n\n\`\`\`text\n${helpOf(program, name)}\n\`\`\`\n\n<!-- end -->`,
  );
}

/** The output of a command's `--help`, in lines of 100 characters. */
export function helpOf(program: Command, name: string): string {
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) throw new Error(`a marker names the command "${name}": there is none`);
  let help = "";
  command.configureOutput({
    writeOut: (part) => (help += part),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}
