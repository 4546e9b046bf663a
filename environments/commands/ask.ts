import { createInterface } from "node:readline/promises";

/** Asks a person a question. Anything but a yes is a no. */
export type Question = (text: string) => Promise<boolean>;

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * The way to ask whoever sits at the terminal.
 *
 * @returns undefined where nobody does: in a script, in CI
 */
export function terminalQuestion(
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
  env: NodeJS.ProcessEnv = process.env,
): Question | undefined {
  if (!input.isTTY || !output.isTTY || env["CI"] !== undefined) return undefined;
  return async (text) => {
    const lines = createInterface({ input, output });
    // The end of input is no yes, and would never answer; Ctrl-C is the process' own signal.
    const ended = new Promise<string>((resolve) => {
      lines.once("close", () => {
        resolve("");
      });
      lines.once("SIGINT", () => {
        lines.close();
        process.kill(process.pid, "SIGINT");
      });
    });
    try {
      const answer = await Promise.race([lines.question(`${text} [y/N] `), ended]);
      return /^\s*y(?:es)?\s*$/i.test(answer);
    } finally {
      lines.close();
    }
  };
}
