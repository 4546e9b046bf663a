import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** What a command line ended with. */
export interface Ending {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What the child answers with; `failure` is a mistake of its own. */
export type Answer = Ending | { readonly failure: string };

/**
 * The command line in one process for all calls of a test file, one after the other: loading it for each of them
 * takes half a second of processor time. `environments/main.ts` itself runs each time, with its own arguments,
 * environment and directory. Tests of signals, terminals and real pipes start a process of their own.
 */
export class CommandLine {
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = fork(path.join(import.meta.dirname, "command-line-child.ts"), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** @param env the whole environment */
  run(args: readonly string[], { cwd, env = process.env }: Partial<Call> & { cwd: string }) {
    const ending = this.#turn.then(() => this.#ask({ args, cwd, env }));
    this.#turn = ending.catch(() => undefined);
    return ending;
  }

  async #ask(call: Call): Promise<Ending> {
    const ended = new AbortController();
    const { signal } = ended;
    const died = once(this.#child, "exit", { signal }).then(([code, by]: (string | number)[]) => {
      throw new Error(`the command line's process ended by itself: ${code ?? by ?? ""}`);
    });
    try {
      this.#child.send(call);
      const [answer] = (await Promise.race([once(this.#child, "message", { signal }), died])) as [
        Answer,
      ];
      if ("failure" in answer) throw new Error(answer.failure);
      return answer;
    } finally {
      ended.abort();
      await died.catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.disconnect();
    await exit;
  }
}
