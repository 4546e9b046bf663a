import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh, Verification, VerifyOptions } from "../../verification/index.ts";
import { messageOf } from "../../system/message-of.ts";
import { badInput } from "../command-error.ts";
import { durationExamples, millisecondsIn } from "../duration.ts";
import { NotProved } from "../proof.ts";
import { reap } from "../reap.ts";
import { runPhases } from "../report/phases.ts";
import type { Output, Tell } from "../report/phase.ts";
import type { TopologySource } from "../topology-source.ts";
import { up, type UpResult } from "../up.ts";
import { begin, beginFromPool, type BegunRun, type Pool, poolOf } from "./begin.ts";
import { runLabels } from "./docker-traces.ts";
import { Guard } from "./guard.ts";
import { runVariable } from "./processes.ts";
import { contentsOf, readNewMesh, resetMesh, writeNewMesh } from "./mesh-contents.ts";
import type { MeshContents } from "./mesh-contents.ts";
import { putBack } from "./pool.ts";
import { type RunRecord, updateRecord } from "./record.ts";
import { runBackend, runEnv } from "./run-backend.ts";
import { notVerified, toVerification } from "./proved.ts";
import { makeRunMesh, type RunMesh } from "./run-mesh.ts";
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
  /**
   * Takes a mesh that an earlier run left, and leaves it for later ones, until it has this age: milliseconds, or a text
   * such as `4h`. Only runs share meshes whose topology, images, versions and limits are the same. The earlier run's
   * namespaces and objects are removed first, and the mesh is verified, with traffic too; if that fails, a new one
   * takes its place. An interrupt removes it. @default every run gets a new mesh, and removes it
   */
  readonly pool?: number | string | undefined;
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

/** How a run gets a mesh and learns whether it works. Tests without clusters have others. */
export interface RunWays {
  readonly up: typeof up;
  /** @default the mesh's own */
  readonly verify?: (mesh: RunMesh, options: VerifyOptions) => Promise<Verification>;
}

const nobody: Output = { terminal: false, write: () => undefined };

/**
 * Brings a topology up under a unique name, lets something use it, and removes it whatever happens: success,
 * failure, an interrupt, the end of this process or of any other that belongs to it. With a pool, it may use the mesh
 * of an earlier run, and leaves it for later ones.
 *
 * @param ways for tests
 * @throws what `use` threw, or why the mesh could not be created, verified or removed
 */
export async function withRun<T>(
  source: TopologySource,
  options: RunOptions,
  use: (mesh: RunMesh) => Promise<T>,
  ways: RunWays = { up },
): Promise<T> {
  const env = { ...process.env, ...options.env };
  const { signal } = options;
  signal?.throwIfAborted();
  const chosen = options.backend ?? env["PULUMI_BACKEND_URL"];
  const request = {
    source,
    name: options.name,
    backend: chosen === "" ? undefined : chosen,
    expiresIn: options.expiresIn,
    env,
  };
  const pool =
    options.pool === undefined
      ? undefined
      : await poolOf({
          ...request,
          age: ageOf(options.pool),
          images: options.images,
          allowNoDataPlane: options.allowNoDataPlane ?? false,
        });
  const withMesh = (run: BegunRun): Session => new Session(run, { ...options, pool }, env, ways);
  const taken = pool && (await beginFromPool(request, pool));
  let session = withMesh(taken ?? (await begin(request)));
  let value: T;
  try {
    let mesh: RunMesh | undefined;
    if (taken !== undefined) {
      mesh = await session.renew().catch(async (error: unknown) => {
        signal?.throwIfAborted();
        await session.giveUp(error);
        session = withMesh(await begin(request));
        return undefined;
      });
    }
    mesh ??= await session.bringUp();
    value = await untilAborted(use(mesh), signal);
  } catch (error) {
    const interrupted = signal?.aborted === true;
    if (options.keepOnFailure === true && !interrupted) await session.keep(error);
    else await session.end({ after: error });
    throw error;
  }
  await session.end();
  return value;
}

/** @throws CommandError, exit code 2, if it is no age */
function ageOf(pool: number | string): number {
  const age = typeof pool === "string" ? millisecondsIn(pool) : pool;
  if (age !== undefined && Number.isFinite(age) && age > 0) return age;
  throw badInput(
    `a mesh of a pool can't be kept for ${JSON.stringify(pool)}: write the age as ${durationExamples}, or in milliseconds`,
  );
}

interface SessionOptions extends Omit<RunOptions, "pool"> {
  readonly pool: Pool | undefined;
}

class Session {
  #record: RunRecord;
  readonly #run: BegunRun;
  readonly #options: SessionOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #output: Output;
  readonly #guard: Guard;
  readonly #ways: RunWays;
  /** Of the Docker network. */
  readonly #labels: Readonly<Record<string, string>>;
  #tell: Tell | undefined;
  /** Settles when `up` has ended, in whatever way, and at once if it hasn't begun. */
  #upEnded: Promise<unknown> = Promise.resolve();
  #upRuns = false;

  constructor(run: BegunRun, options: SessionOptions, env: NodeJS.ProcessEnv, ways: RunWays) {
    this.#run = run;
    this.#record = run.record;
    this.#options = options;
    this.#env = env;
    this.#output = options.output ?? nobody;
    this.#ways = ways;
    this.#labels = run.record.pool?.labels ?? this.#newLabels();
    const backend = options.backend === undefined ? {} : { PULUMI_BACKEND_URL: options.backend };
    this.#guard = new Guard(run.directory, { ...env, ...backend }, ({ text }) =>
      this.#tell?.step(text),
    );
  }

  /** The mesh of a new run. With a pool, later runs get it from now on. */
  async bringUp(): Promise<RunMesh> {
    const { signal, verify, onVerified, pool } = this.#options;
    await this.#reapOthers();
    signal?.throwIfAborted();
    const result = await untilAborted(this.#up(), signal).catch(async (error: unknown) => {
      if (verify === true && error instanceof NotProved) {
        await onVerified?.(toVerification(error), error.mesh);
      }
      throw error;
    });
    const mesh = await this.#meshOf(result);
    if (verify === true) {
      const verification = await untilAborted(this.#verify(mesh), signal);
      await onVerified?.(verification, mesh);
      if (!verification.proved) throw notVerified(verification);
    }
    if (pool !== undefined) await untilAborted(this.#joinPool(mesh, pool), signal);
    signal?.throwIfAborted();
    return mesh;
  }

  /**
   * The mesh of an earlier run, as it was when it was new.
   *
   * @throws whatever makes it unusable
   */
  async renew(): Promise<RunMesh> {
    const { signal, verify, onVerified } = this.#options;
    const { name, created } = this.#record;
    this.#say(`${name}, which is up since ${created}, is free: this run takes it`);
    await this.#reapOthers();
    signal?.throwIfAborted();
    const contents = await untilAborted(this.#reset(), signal);
    const mesh = await this.#meshOf(await untilAborted(this.#up({ refresh: true }), signal));
    // It may have been repaired by a new cluster.
    await writeNewMesh(this.#run.directory, { mesh, contents });
    const verification = await untilAborted(this.#verify(mesh), signal);
    // Nobody else learns of a verification that another mesh will have.
    if (!verification.proved) throw notVerified(verification);
    if (verify === true) await onVerified?.(verification, mesh);
    signal?.throwIfAborted();
    return mesh;
  }

  async #meshOf(result: UpResult): Promise<RunMesh> {
    return makeRunMesh(this.#record.name, result, this.#run.directory, this.#env);
  }

  /**
   * Removes what the earlier run left in the clusters.
   *
   * @returns what they had when they were new
   */
  async #reset(): Promise<MeshContents> {
    let contents: MeshContents = {};
    const run = async (tell: Tell): Promise<string> => {
      const { signal } = this.#options;
      const before = await readNewMesh(this.#run.directory);
      contents = before.contents;
      const removed = await resetMesh(before, signal);
      for (const one of removed) tell.step(`removed ${one}`);
      return removed.length === 0 ? "nothing" : `${removed.length} objects removed`;
    };
    await runPhases([{ title: "what the run before left", run }], this.#output);
    return contents;
  }

  /** Whatever keeps the mesh from later runs is no reason to refuse it to this one. */
  async #joinPool(mesh: RunMesh, { key, age }: Pool): Promise<void> {
    const { signal } = this.#options;
    try {
      const contents = await contentsOf(mesh, signal);
      await writeNewMesh(this.#run.directory, { mesh, contents });
    } catch (error) {
      signal?.throwIfAborted();
      this.#say(`no later run will get ${mesh.name}: ${messageOf(error)}`);
      return;
    }
    await this.#update({
      pool: {
        key,
        taken: true,
        since: new Date().toISOString(),
        until: new Date(Date.parse(this.#record.created) + age).toISOString(),
        labels: this.#labels,
      },
    });
  }

  /** Who sees only Docker must not remove the mesh while a run uses it that took it on its last day. */
  #newLabels(): Readonly<Record<string, string>> {
    const { expires } = this.#record;
    const age = this.#options.pool?.age ?? 0;
    const last = new Date(Date.parse(expires) + age).toISOString();
    return runLabels({ ...this.#record, expires: last }, this.#run.directory);
  }

  async #update(changes: Partial<RunRecord>): Promise<void> {
    this.#record = { ...this.#record, ...changes };
    await updateRecord(this.#run.directory, this.#record);
  }

  /** What earlier runs left uses memory, ports and subnets that this one may need. */
  async #reapOthers(): Promise<void> {
    try {
      const { removed, failed } = await reap({
        env: this.#options.env ?? {},
        // Its own expiry is for others, however short it is.
        except: this.#record.name,
        signal: this.#options.signal,
      });
      for (const { name, why } of removed) this.#say(`took away ${name}: ${why}`);
      for (const { name, why } of failed) this.#say(`could not remove ${name}: ${why}`);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      this.#say(`could not look for leftovers of earlier runs: ${messageOf(error)}`);
    }
  }

  async #up({ refresh }: { readonly refresh?: true } = {}): Promise<UpResult> {
    const { directory, stack } = this.#run;
    const record = this.#record;
    const { images, signal, env } = this.#options;
    this.#upRuns = true;
    const running = this.#ways
      .up({
        stack,
        output: this.#output,
        env: { ...env, ...runEnv(directory) },
        engineEnv: { [runVariable]: record.name },
        backend: runBackend(directory, this.#chosenBackend, this.#env, record.ownPassphrase),
        images: images ?? this.#env["IMAGES"],
        allowNoDataPlane: this.#options.allowNoDataPlane ?? false,
        // It could only remove its own clusters.
        replaceClusters: true,
        labels: this.#labels,
        ...(refresh && { refresh }),
        ...(signal && { signal }),
      })
      .finally(() => (this.#upRuns = false));
    this.#upEnded = running.catch(() => undefined);
    return running;
  }

  /** With credentials, which the record doesn't have. */
  get #chosenBackend(): string | undefined {
    if (this.#record.backendUrl === undefined) return undefined;
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
            const options: VerifyOptions = {
              signal,
              concurrency,
              onProgress: ({ done, total, latest }) => {
                tell.current([`${done} of ${total} checks`]);
                if (latest?.state === "failed")
                  tell.step(`failed: ${latest.subject}: ${latest.title}`);
              },
            };
            const { verify = (one) => one.verify(options) } = this.#ways;
            verification = await verify(mesh, options);
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

  /**
   * Removes the run, or leaves its mesh in its pool.
   *
   * @param failure what failed before, if anything did
   */
  async end(failure?: { readonly after: unknown }): Promise<void> {
    if (this.#options.signal?.aborted !== true && (await this.#leaveInPool())) return;
    await this.#takeDown(failure);
  }

  /** The mesh of an earlier run is of no use: removes it. */
  async giveUp(why: unknown): Promise<void> {
    this.#say(`${this.#record.name} can't be used again, so a new mesh is made: ${messageOf(why)}`);
    await this.#takeDown({ after: why });
  }

  /** @returns whether its mesh is in its pool now */
  async #leaveInPool(): Promise<boolean> {
    if (this.#record.pool === undefined) return false;
    const left = await putBack(this.#run.directory, this.#record.owner).catch((error: unknown) => {
      this.#say(messageOf(error));
      return undefined;
    });
    if (left === undefined) return false;
    this.#record = left;
    await this.#guard.leaveInPool();
    this.#say(
      `${left.name} stays in its pool until ${left.expires}\n` +
        `  remove it:   \`linkerd-topology down ${left.name}\``,
    );
    return true;
  }

  async #takeDown(failure?: { readonly after: unknown }): Promise<void> {
    const { directory } = this.#run;
    const run = async (tell: Tell): Promise<string> => {
      this.#tell = tell;
      await this.#guard.takeDown();
      // An `up` that was interrupted between two steps must not begin the next one after the clean-up.
      if (this.#upRuns) {
        await Promise.race([this.#upEnded, sleep(5_000, undefined, { ref: false })]);
        const { pool: _pool, ...record } = this.#record;
        await takeDown({ ...record, directory, record }, (line) => tell.step(line));
      }
      return "nothing is left";
    };
    try {
      await runPhases([{ title: `taking ${this.#record.name} away`, run }], this.#output);
    } catch (error) {
      if (failure === undefined) throw error;
      // The person must first learn what failed first.
      this.#say(messageOf(error));
    }
  }

  async keep(after: unknown): Promise<void> {
    const kept = messageOf(after).split("\n")[0] ?? "";
    await this.#update({ kept });
    await this.#guard.keep();
    const { name, expires } = this.#record;
    this.#say(
      `${name} is kept until ${expires}, because this failed: ${kept}\n` +
        `  look at it:  export KUBECONFIG=${this.#run.directory}/kubeconfig\n` +
        `  remove it:   \`linkerd-topology down ${name}\``,
    );
  }

  #say(text: string): void {
    const { reporter } = this.#output;
    if (reporter === undefined) this.#output.write(`${text}\n`);
    else reporter.notice(text);
  }
}
