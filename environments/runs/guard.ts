import { type ChildProcessByStdio, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { projectDirectory } from "../paths.ts";
import { runVariable } from "./processes.ts";

export interface GuardianLine {
  readonly type: "step" | "error";
  readonly text: string;
}

/** After this many failed guardians, somebody doesn't want one, or the machine can't run one. */
const mostGuardians = 20;
/** Attempts to remove the run: the first guardian may be killed during it. */
const attempts = 3;

/** The owner's side of a run's guardian. There is always one, whoever kills it. */
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
   * @param env its environment, through which it finds Docker and everything else
   * @param tell called with what it does, and what it can't do
   */
  constructor(directory: string, env: NodeJS.ProcessEnv, tell: (line: GuardianLine) => void) {
    this.#directory = directory;
    this.#env = env;
    this.#tell = tell;
    this.#current = this.#start();
  }

  /** Process number of the present guardian. */
  get pid(): number | undefined {
    return this.#current.child.pid;
  }

  /**
   * Removes the run, and waits until it is gone.
   *
   * @throws Error that says what stays and why
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

  /** Leaves the mesh in its pool. The guardian stays, and removes the mesh when it is too old. */
  async leaveInPool(): Promise<void> {
    this.#settled = true;
    await this.#current.leave();
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
  /** Tells it that the mesh is in its pool, and lets this process end before it. */
  leave(): Promise<void>;
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
      // A session of its own, so that signals from the terminal or a closing shell don't reach it.
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
    async leave() {
      await new Promise<void>((resolve) => {
        child.stdin.once("close", resolve);
        // It was told, or it is gone: then the record says everything.
        child.stdin.end("free\n", resolve);
      });
      child.stdout.destroy();
      child.unref();
    },
  };
}

/** Arguments for a Node.js that doesn't strip types by itself. */
function stripTypes(program: string): string[] {
  if (path.extname(program) !== ".ts" || process.features.typescript) return [];
  return ["--import", path.join(projectDirectory, "scripts", "strip-types.mjs")];
}

/** Undefined for a line that a killed guardian didn't finish. */
function parseLine(text: string): GuardianLine | undefined {
  try {
    return JSON.parse(text) as GuardianLine;
  } catch {
    return undefined;
  }
}

/**
 * The variable that marks a run's own processes would make the guardian one of them. CI systems kill
 * leftovers of a job by marks of their own in the environment; they must not kill the guardian, which cleans
 * up after the job.
 */
function guardianEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // A debugger or a test runner is for the owner alone.
  const left = [runVariable, "NODE_OPTIONS"];
  const own: NodeJS.ProcessEnv = {
    // The guardian must run before somebody kills its owner, and the cache makes it start sooner.
    NODE_COMPILE_CACHE: path.join(cacheDirectory(env), "node-compile"),
    ...Object.fromEntries(Object.entries(env).filter(([key]) => !left.includes(key))),
  };
  if (own["RUNNER_TRACKING_ID"] !== undefined) own["RUNNER_TRACKING_ID"] = "0";
  if (own["JENKINS_NODE_COOKIE"] !== undefined) own["JENKINS_NODE_COOKIE"] = "dontKillMe";
  return own;
}
