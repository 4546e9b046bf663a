import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh, Verification } from "../../verification/index.ts";
import { messageOf } from "../../system/message-of.ts";
import { NotProved } from "../proof.ts";
import { reap } from "../reap.ts";
import { runPhases } from "../report/phases.ts";
import type { Output, Tell } from "../report/phase.ts";
import type { TopologySource } from "../topology-source.ts";
import { up } from "../up.ts";
import type { UpResult } from "../up.ts";
import { begin } from "./begin.ts";
import type { BegunRun } from "./begin.ts";
import { runLabels } from "./docker-traces.ts";
import { Guard } from "./guard.ts";
import { runVariable } from "./processes.ts";
import { updateRecord } from "./record.ts";
import { runBackend, runEnv } from "./run-backend.ts";
import { notVerified, toVerification } from "./proved.ts";
import { makeRunMesh } from "./run-mesh.ts";
import type { RunMesh } from "./run-mesh.ts";
import { takeDown } from "./take-down.ts";
import { untilAborted } from "./until-aborted.ts";

/** How to create a temporary mesh. */
export interface RunOptions {
  /** The beginning of its unique name. @default the topology's name, else that of its stack or file */
  readonly name?: string | undefined;
  /** Environment variables that override this process's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Directory of image archives that take precedence over registries. @default the variable IMAGES */
  readonly images?: string | undefined;
  /**
   * URL of a Pulumi backend that keeps the state.
   * @default the variable PULUMI_BACKEND_URL, else files of the run's own with a passphrase of its own, even
   *   if the person is logged in to a backend
   */
  readonly backend?: string | undefined;
  /** Verifies the mesh, with traffic too, before anything uses it. @default false */
  readonly verify?: boolean | undefined;
  /** How many requests of that verification run at once. @default four for each processor */
  readonly concurrency?: number | undefined;
  /** After how many milliseconds `reap` may remove it, whatever is running. @default six hours */
  readonly expiresIn?: number | undefined;
  /** Keeps it until it expires if something failed. @default false */
  readonly keepOnFailure?: boolean | undefined;
  /**
   * Stand-ins that carry no traffic replace Linkerd's proxy if its images can't be had.
   * @default false
   */
  readonly allowNoDataPlane?: boolean | undefined;
  /** Shows the progress. @default none is shown */
  readonly output?: Output | undefined;
  /** Interrupts: everything is removed, then the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a verification, or with the proof that failed before it, before that becomes an error. */
  readonly onVerified?: (verification: Verification, mesh: Mesh) => Promise<void> | void;
}

const nobody: Output = { terminal: false, write: () => undefined };

/**
 * Brings a topology up under a unique name, lets something use it, and removes it whatever happens: success,
 * failure, an interrupt, the end of this process or of any other that belongs to it.
 *
 * @throws what `use` threw, or why the mesh could not be created, verified or removed
 */
export async function withRun<T>(
  source: TopologySource,
  options: RunOptions,
  use: (mesh: RunMesh) => Promise<T>,
): Promise<T> {
  const env = { ...process.env, ...options.env };
  const output = options.output ?? nobody;
  options.signal?.throwIfAborted();
  const chosen = options.backend ?? env["PULUMI_BACKEND_URL"];
  const begun = await begin({
    source,
    name: options.name,
    backend: chosen === "" ? undefined : chosen,
    expiresIn: options.expiresIn,
    env,
  });
  const session = new Session(begun, options, env, output);
  let value: T;
  try {
    value = await session.use(use);
  } catch (error) {
    const interrupted = options.signal?.aborted === true;
    if (options.keepOnFailure === true && !interrupted) await session.keep(error);
    else await session.takeDown({ after: error });
    throw error;
  }
  await session.takeDown();
  return value;
}

class Session {
  readonly #run: BegunRun;
  readonly #options: RunOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #output: Output;
  readonly #guard: Guard;
  #tell: Tell | undefined;
  /** Settles when `up` has ended, in whatever way, and at once if it hasn't begun. */
  #upEnded: Promise<unknown> = Promise.resolve();
  #upRuns = false;

  constructor(run: BegunRun, options: RunOptions, env: NodeJS.ProcessEnv, output: Output) {
    this.#run = run;
    this.#options = options;
    this.#env = env;
    this.#output = output;
    const backend = options.backend === undefined ? {} : { PULUMI_BACKEND_URL: options.backend };
    this.#guard = new Guard(run.directory, { ...env, ...backend }, ({ text }) =>
      this.#tell?.step(text),
    );
  }

  async use<T>(use: (mesh: RunMesh) => Promise<T>): Promise<T> {
    const { signal, verify, onVerified } = this.#options;
    const { record, directory } = this.#run;
    await this.#reapOthers();
    signal?.throwIfAborted();
    const result = await untilAborted(this.#up(), signal).catch(async (error: unknown) => {
      if (verify === true && error instanceof NotProved) {
        await onVerified?.(toVerification(error), error.mesh);
      }
      throw error;
    });
    const mesh = await makeRunMesh(record.name, result, directory, this.#env);
    if (verify === true) {
      const verification = await untilAborted(this.#verify(mesh), signal);
      await onVerified?.(verification, mesh);
      if (!verification.proved) throw notVerified(verification);
    }
    signal?.throwIfAborted();
    return untilAborted(use(mesh), signal);
  }

  /** What earlier runs left uses memory, ports and subnets that this one may need. */
  async #reapOthers(): Promise<void> {
    try {
      const { removed, failed } = await reap({
        env: this.#options.env ?? {},
        // Its own expiry is for others, however short it is.
        except: this.#run.record.name,
        signal: this.#options.signal,
      });
      for (const { name, why } of removed) this.#say(`took away ${name}: ${why}`);
      for (const { name, why } of failed) this.#say(`could not remove ${name}: ${why}`);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      this.#say(`could not look for leftovers of earlier runs: ${messageOf(error)}`);
    }
  }

  async #up(): Promise<UpResult> {
    const { record, directory, stack } = this.#run;
    const { images, signal, env } = this.#options;
    this.#upRuns = true;
    const running = up({
      stack,
      output: this.#output,
      env: { ...env, ...runEnv(directory) },
      engineEnv: { [runVariable]: record.name },
      backend: runBackend(directory, this.#chosenBackend, this.#env, record.ownPassphrase),
      images: images ?? this.#env["IMAGES"],
      allowNoDataPlane: this.#options.allowNoDataPlane ?? false,
      // It could only remove its own clusters.
      replaceClusters: true,
      labels: runLabels(record, directory),
      ...(signal && { signal }),
    }).finally(() => {
      this.#upRuns = false;
    });
    this.#upEnded = running.catch(() => undefined);
    return running;
  }

  /** With credentials, which the record doesn't have. */
  get #chosenBackend(): string | undefined {
    if (this.#run.record.backendUrl === undefined) return undefined;
    return this.#options.backend ?? this.#env["PULUMI_BACKEND_URL"];
  }

  async #verify(mesh: RunMesh): Promise<Verification> {
    let verification: Verification | undefined;
    const { signal, concurrency } = this.#options;
    await runPhases(
      [
        {
          title: "verification",
          run: async (tell) => {
            verification = await mesh.verify({
              ...(signal && { signal }),
              ...(concurrency !== undefined && { concurrency }),
              onProgress: ({ done, total, latest }) => {
                tell.current([`${done} of ${total} checks`]);
                if (latest?.state === "failed")
                  tell.step(`failed: ${latest.subject}: ${latest.title}`);
              },
            });
            const count = (state: string): number =>
              verification?.results.filter((result) => result.state === state).length ?? 0;
            return `${count("passed")} checks passed, ${count("failed")} failed, ${count("not run")} not run`;
          },
        },
      ],
      this.#output,
    );
    if (verification === undefined) throw new Error("the verification found nothing");
    return verification;
  }

  /** @param failure what failed before, if anything did */
  async takeDown(failure?: { readonly after: unknown }): Promise<void> {
    const { record, directory } = this.#run;
    const run = async (tell: Tell): Promise<string> => {
      this.#tell = tell;
      await this.#guard.takeDown();
      // An `up` that was interrupted between two steps must not begin the next one after the clean-up.
      if (this.#upRuns) {
        await Promise.race([this.#upEnded, sleep(5_000, undefined, { ref: false })]);
        await takeDown({ ...record, directory, record }, (line) => {
          tell.step(line);
        });
      }
      return "nothing is left";
    };
    try {
      await runPhases([{ title: `taking ${record.name} away`, run }], this.#output);
    } catch (error) {
      if (failure === undefined) throw error;
      // The person must first learn what failed first.
      this.#say(messageOf(error));
    }
  }

  async keep(after: unknown): Promise<void> {
    const { record, directory } = this.#run;
    const kept = messageOf(after).split("\n")[0] ?? "";
    await updateRecord(directory, { ...record, kept });
    await this.#guard.keep();
    this.#say(
      `${record.name} is kept until ${record.expires}, because this failed: ${kept}\n` +
        `  look at it:  export KUBECONFIG=${directory}/kubeconfig\n` +
        `  remove it:   \`linkerd-topology down ${record.name}\``,
    );
  }

  #say(text: string): void {
    const { reporter } = this.#output;
    if (reporter === undefined) this.#output.write(`${text}\n`);
    else reporter.notice(text);
  }
}
