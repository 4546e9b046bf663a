#!/usr/bin/env node
/** The command line: `linkerd-topology COMMAND`. */
import "./pulumi-patches.ts";

// Not static imports: in the npm package, where modules share files, these could come before the patches.
const { addCompletion } = await import("./commands/completion.ts");
const { makeProgram } = await import("./commands/program.ts");

const { own, toRun } = divide(process.argv.slice(2));
const program = makeProgram(toRun);
await addCompletion(program);
await program.parseAsync(own, { from: "user" });

/** What is behind `--` of `run` and `shell` is another program's command line, so none of it is an option here. */
function divide(args: readonly string[]): { own: readonly string[]; toRun?: readonly string[] } {
  const at = args.indexOf("--");
  if (!["run", "shell"].includes(args[0] ?? "") || at < 0) return { own: args };
  return { own: args.slice(0, at), toRun: args.slice(at + 1) };
}
