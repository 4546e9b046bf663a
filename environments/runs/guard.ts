import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { projectDirectory } from "../paths.ts";
import { runVariable } from "./processes.ts";

/** What a guardian tells. */
export interface GuardianLine {
  readonly type: "step" | "error";
  readonly text: string;
}

/** After so many guardians in vain somebody wants none, or the machine can bear none. */
const mostGuardians = 20;
/** Attempts to take the run away: the first guardian may be killed at it. */
const attempts = 3;

/** The owner's side of a run's guardian: there is always one, whoever kills it. */
export class Guard {
  readonly #directory: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #tell: (line: GuardianLine) => void;
  #current: Guardian;
  #started = 1;
  #settled = false;

  /**
   * Starts the guardian.
   *
   * @param env its environment, by which it finds Docker and what else it needs
   * @param tell told what it does, and what it can't
   */
  constructor(directory: string, env: NodeJS.ProcessEnv, tell: (line: GuardianLine) => void) {
    this.#directory = directory;
    this.#env = env;
    this.#tell = tell;
    this.#current = this.#start();
  }

  /** Process number of the guardian at the moment. */
  get pid(): number | undefined {
    return this.#current.child.pid;
  }

  /**
   * Has the run taken away, and waits for it.
   *
   * @throws Error that tells what stays and why
   */
  async takeDown(): Promise<void> {
    this.#settled = true;
    for (let attempt = 1; ; attempt++) {
      this.#current.say("down");
      const { code, error } = await this.#current.ended;
      if (code === 0) return;
      if (error !== undefined) throw new Error(error);
      if (attempt === attempts) {
        throw new Error(
          "the process that removes the run was killed three times; `linkerd-topology reap` removes it",
        );
      }
      this.#current = this.#start();
    }
  }

  /** Leaves the run as it is, without a guardian. */
  async keep(): Promise<void> {
    this.#settled = true;
    this.#current.say("keep");
    await this.#current.ended;
  }

  #start(): Guardian {
    const guardian = startGuardian(this.#directory, this.#env, this.#tell);
    void guardian.ended.then(() => {
      if (this.#settled || this.#current !== guardian || this.#started >= mostGuardians) return;
      this.#started++;
      this.#current = this.#start();
    });
    return guardian;
  }
}

interface Guardian {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly ended: Promise<{ readonly code: number | undefined; readonly error?: string }>;
  say(word: "down" | "keep"): void;
}

function startGuardian(
  directory: string,
  env: NodeJS.ProcessEnv,
  tell: (line: GuardianLine) => void,
): Guardian {
  // Sources in a checkout, JavaScript in the package.
  const program = path.join(
    path.dirname(import.meta.dirname),
    `guardian${path.extname(import.meta.filename)}`,
  );
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...stripTypes(program), program, directory],
    {
      // A session of its own: what the terminal or a closing shell sends doesn't reach it.
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
      cwd: "/",
      env: guardianEnv(env),
    },
  );
  let error: string | undefined;
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = parseLine(text);
    if (line === undefined) return;
    if (line.type === "error") error = line.text;
    tell(line);
  });
  // It may have been killed.
  child.stdin.on("error", () => undefined);
  return {
    child,
    ended: new Promise((resolve) => {
      child.once("error", (problem) => {
        resolve({
          code: undefined,
          error: `the guardian process can't be started: ${problem.message}`,
        });
      });
      child.once("close", (code) => {
        resolve({ code: code ?? undefined, ...(error !== undefined && { error }) });
      });
    }),
    say(word) {
      child.stdin.end(`${word}\n`);
    },
  };
}

/** What a Node.js that doesn't leave out types by itself needs to run the sources. */
function stripTypes(program: string): string[] {
  if (path.extname(program) !== ".ts" || process.features.typescript) return [];
  return ["--import", path.join(projectDirectory, "scripts", "strip-types.mjs")];
}

/** Undefined for what a guardian was killed in the middle of. */
function parseLine(text: string): GuardianLine | undefined {
  try {
    return JSON.parse(text) as GuardianLine;
  } catch {
    return undefined;
  }
}

/**
 * What a run's own processes are marked with would make the guardian one of them. CI systems kill what a
 * job left behind by marks of their own in the environment: not the one that tidies up after the job.
 */
function guardianEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // A debugger or a test runner is for the owner alone.
  const left = [runVariable, "NODE_OPTIONS"];
  const own: NodeJS.ProcessEnv = {
    // It has to be there before somebody kills its owner.
    NODE_COMPILE_CACHE: path.join(cacheDirectory(env), "node-compile"),
    ...Object.fromEntries(Object.entries(env).filter(([key]) => !left.includes(key))),
  };
  if (own["RUNNER_TRACKING_ID"] !== undefined) own["RUNNER_TRACKING_ID"] = "0";
  if (own["JENKINS_NODE_COOKIE"] !== undefined) own["JENKINS_NODE_COOKIE"] = "dontKillMe";
  return own;
}
