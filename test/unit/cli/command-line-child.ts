/** The process of {@link CommandLine}: runs one command line per message, as if it had been started for it. */
import path from "node:path";
import { mock } from "node:test";
import { pathToFileURL } from "node:url";
import type { Answer, Call } from "./command-line.ts";

const main = pathToFileURL(path.resolve(import.meta.dirname, "../../../environments/main.ts")).href;

/** What `process.exit` throws, to get out of what called it. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

let calls = 0;

async function run({ args, cwd, env }: Call): Promise<Answer> {
  for (const name of Object.keys(process.env)) {
    if (!(name in env)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, main, ...args];
  process.exitCode = undefined;
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    mock.method(process[stream], "write", (text: string | Uint8Array) => {
      written[stream] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    });
  }
  mock.method(process, "exit", (code: number) => {
    throw new Exit(code);
  });
  let exitCode: number | undefined;
  try {
    // A module of its own for each call: its code runs when it is loaded.
    calls++;
    await import(`${main}?${calls}`);
    ({ exitCode } = process as { exitCode?: number });
  } catch (error) {
    if (!(error instanceof Exit)) return { failure: String((error as Error).stack) };
    exitCode = error.code;
  } finally {
    mock.restoreAll();
  }
  // What a shell shows is without the last line's end.
  const shown = (text: string): string => text.replace(/\n$/, "");
  return {
    exitCode: exitCode ?? 0,
    stdout: shown(written.stdout),
    stderr: shown(written.stderr),
  };
}

process.on("message", (call: Call) => {
  void run(call).then((answer) => {
    process.exitCode = 0;
    process.send?.(answer);
  });
});
process.on("disconnect", () => process.exit(0));
