import { createInterface } from "node:readline/promises";

/** Asks a person a question. Any answer but yes means no. */
export type Question = (text: string) => Promise<boolean>;

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Asks the person at the terminal.
 *
 * @returns undefined if there is none: in a script, in CI
 */
export function terminalQuestion(
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
  env: NodeJS.ProcessEnv = process.env,
): Question | undefined {
  if (!input.isTTY || !output.isTTY || env["CI"] !== undefined) return undefined;
  return async (text) => {
    const lines = createInterface({ input, output });
    // The end of input is not a yes, and the question would never be answered. Ctrl-C is the process's own
    // signal.
    const ended = new Promise<string>((resolve) => {
      lines.once("close", () => resolve(""));
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
