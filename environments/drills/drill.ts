import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { messageOf } from "../../system/message-of.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { identify } from "../../toolchain/process-identity.ts";
import { Connections } from "../../verification/connections.ts";
import { heal } from "../../verification/heal.ts";
import type { Mesh } from "../../verification/observe.ts";
import { failuresOf, proveTopology } from "../../verification/prove.ts";
import { badInput, CommandError } from "../command-error.ts";
import { type Consent, isGiven } from "../consent.ts";
import { exitCodes } from "../exit-codes.ts";
import { runningStack, type StackRequest } from "../mesh-of-stack.ts";
import { probeImageOf } from "../probe-image.ts";
import { runPhases } from "../report/phases.ts";
import type { Output, Tell } from "../report/phase.ts";
import { seconds } from "../report/seconds.ts";
import { summarize } from "./answers.ts";
import type { Answer, AnswersSummary, DrillLimits, Moments } from "./answers.ts";
import { exceeded } from "./answers.ts";
import { type Asker, clusterIn, type Question } from "./asker.ts";
import { readJournal, writeJournal } from "./journal.ts";
import { putBack } from "./put-back.ts";
import { type Asking, askOwn, askProbes, type OwnQuestion } from "./questions.ts";
import { parseSubjects, type Subject } from "./subjects.ts";
import { findTaken, takeAway } from "./take.ts";
import { describeTaken, type Taken } from "./taken.ts";
import { healedIn, type Look, MeshLooks, noticedIn } from "./watch.ts";

export interface DrillRequest extends Omit<StackRequest, "command" | "signal"> {
  readonly output: Output;
  /** What to take away, all at once. `subjectForms` lists the forms. */
  readonly take: readonly string[];
  /** @default the drill's own workloads, over every Link */
  readonly ask?: OwnQuestion | undefined;
  /** Requests a second, for each question. @default 20, with own workloads 5 */
  readonly rate?: number | undefined;
  /** How long to ask before anything is taken away, in milliseconds. @default 10000 */
  readonly before?: number | undefined;
  /** How long everything stays away, in milliseconds. @default 30000 */
  readonly hold?: number | undefined;
  readonly limits?: DrillLimits | undefined;
  /** Permission to take something away in existing clusters. @default false */
  readonly consent?: Consent | undefined;
  /** @default what the stack's sources say */
  readonly probeImage?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The answers to one question. */
export interface Asked {
  readonly question: Question;
  readonly summary: AnswersSummary;
  readonly answers: readonly Answer[];
  /** What exceeds the limits, in words. */
  readonly exceeded: readonly string[];
  /** Why it was not asked for a while. */
  readonly interrupted?: string;
}

/** The result of a drill. Durations are in milliseconds. */
export interface DrillResult {
  readonly stack: string;
  readonly clusters: readonly string[];
  readonly take: readonly string[];
  /** Each thing that was taken away, in words. */
  readonly taken: readonly string[];
  readonly moments: Moments;
  readonly asked: readonly Asked[];
  /** Why nothing was asked. */
  readonly notAsked: string | undefined;
  /** When a look at the mesh, as in `status`, found something wrong, and what. */
  readonly noticed: { readonly after: number; readonly what: readonly string[] } | undefined;
  /** From the putting back to the first of two looks that found nothing. Undefined: not within the limit. */
  readonly healed: number | undefined;
  /** What was restarted for that, as `up` does. */
  readonly cured: readonly string[];
  /** What is still wrong at the end. */
  readonly stillWrong: readonly string[];
  readonly limits: DrillLimits;
  /** Everything is as before, and within the limits. */
  readonly passed: boolean;
}

const defaults = { before: 10_000, hold: 30_000, rate: 20, ownRate: 5 };

/**
 * Takes something away from a running topology, keeps sending requests, and puts it back whatever happens.
 *
 * @throws CommandError: exit code 2 for a subject that can't be taken; 3 if the stack is not up; 4 if it
 *   isn't as planned before anything is taken; the signal's reason, once everything is back
 */
export async function drill(request: DrillRequest): Promise<DrillResult> {
  const env = { ...process.env, ...request.env };
  const { mesh, outputs } = await runningStack({
    ...request,
    command: "drill",
    signal: request.signal ?? new AbortController().signal,
  });
  const { signal, output } = request;
  const subjects = parseSubjects(request.take, mesh.plan);
  await requireConsent(subjects, request, mesh);
  const connections = new Connections();
  const apiOf = (cluster: string): Promise<KubernetesApi> => connections.openIn(mesh, cluster);
  const proof = await proveTopology(mesh, {
    signal,
    limit: timeLimits.verified,
    connections,
  });
  if (!proof.proved) throw notAsPlanned(failuresOf(proof.results).map(({ problem }) => problem));
  const taken = await findTaken(subjects, apiOf);
  const own = request.ask === undefined;
  const { before = defaults.before, hold = defaults.hold } = request;
  if (own && before + hold + timeLimits.drillHealed > timeLimits.verificationOver) {
    throw badInput("--for is longer than the drill's own workloads live: use --ask");
  }
  const options = {
    mesh,
    apiOf,
    image: request.probeImage ?? (await probeImageOf(outputs, env)),
    rate: request.rate ?? (own ? defaults.ownRate : defaults.rate),
    taken,
    signal,
  };
  const notAsked =
    own && proof.status.dataPlane !== "real"
      ? "the clusters have no data plane that carries requests"
      : undefined;
  const asking =
    request.ask !== undefined
      ? await askOwn(request.ask, options)
      : notAsked === undefined
        ? askProbes(proof.status, options)
        : undefined;
  const stack = request.stack.name;
  const owner = await identify(process.pid);
  if (owner === undefined) throw new Error("this process can't be identified");
  signal?.throwIfAborted();
  await writeJournal(
    {
      version: 1,
      stack,
      owner,
      began: new Date().toISOString(),
      clusters: waysOf(mesh),
      taken: [...taken, ...(asking?.made ?? [])],
    },
    env,
  );
  const notice = (text: string): void => {
    if (output.reporter === undefined) output.write(`${text}\n`);
    else output.reporter.notice(text);
  };
  const restore = async (tell: (line: string) => void, all: boolean): Promise<void> => {
    const journal = await readJournal(stack, env);
    if (journal === undefined) return;
    const later = all ? undefined : (one: Taken): boolean => one.kind === "made";
    await putBack(journal, { env, tell, ...(later && { later }) });
  };
  const run = new DrillRun(mesh, connections, asking);
  let finished = false;
  try {
    await runPhases(
      [
        {
          title: "asking before",
          run: (tell) => run.before(before, tell, signal),
        },
        {
          title: `without ${request.take.join(", ")}`,
          run: async (tell) => {
            run.moments.taken = Date.now();
            await takeAway(taken, apiOf);
            for (const one of taken) tell.notice(`taken away: ${describeTaken(one)}`);
            await sleep(hold, undefined, signal && { signal });
            return run.words("during");
          },
        },
        {
          title: "putting back",
          run: async (tell) => {
            run.moments.putBack = Date.now();
            await restore((line) => tell.notice(line), false);
            return seconds(Date.now() - run.moments.putBack);
          },
        },
        { title: "until all is as before", run: (tell) => run.after(tell, signal) },
      ],
      output,
    );
    finished = true;
  } finally {
    await run.end();
    try {
      await asking?.end();
    } finally {
      await restore(finished ? () => undefined : notice, true);
    }
  }
  return run.result(stack, request, taken, notAsked);
}

/** @throws CommandError if it would take away something in other people's clusters without permission */
async function requireConsent(
  subjects: readonly Subject[],
  { consent = false, ask }: DrillRequest,
  { plan }: Mesh,
): Promise<void> {
  const existing = plan.clusters.filter(({ type }) => type === "existing").map(({ name }) => name);
  const touched = new Set([
    ...subjects.map(({ cluster }) => cluster),
    ...(ask === undefined ? existing : [ask.from.split("/")[0] ?? ""]),
  ]);
  const foreign = existing.filter((name) => touched.has(name));
  if (foreign.length === 0) return;
  const list = subjects.map(({ text }) => text).join(", ");
  const clusters = `${foreign.join(", ")}, which the stack did not make`;
  if (await isGiven(consent, `Take away ${list}? It changes ${clusters}.`)) return;
  throw badInput(`the drill would change ${clusters}: nothing was done. Allow it with --yes`);
}

function notAsPlanned(problems: readonly string[]): CommandError {
  return new CommandError(
    ["the topology is not as planned, and a drill would tell nothing:", ...problems].join(
      "\n  - ",
    ) + "\n`up` repairs what it can",
    { exitCode: exitCodes.notProved },
  );
}

function waysOf({ clusters, plan }: Mesh) {
  return clusters.flatMap((access) => {
    if (!("kubeconfigPath" in access)) return [];
    const { name, kubeconfigPath, context, uid } = access;
    const planned = plan.clusters.find((one) => one.name === name);
    const nodes = planned?.type === "kind" ? planned.nodes.map((node) => node.name) : undefined;
    return [
      {
        name,
        kubeconfigPath,
        ...(context !== undefined && { context }),
        ...(uid !== undefined && { uid }),
        ...(nodes && { nodes }),
      },
    ];
  });
}

/** What a drill observes while it runs. */
export class DrillRun {
  readonly moments = { began: Date.now(), taken: Infinity, putBack: Infinity, ended: Infinity };
  #mesh: Mesh;
  readonly #asking: Asking | undefined;
  readonly #stop = new AbortController();
  #looks: MeshLooks;
  /** Looks at the mesh before it became another one. */
  readonly #earlier: Look[] = [];
  readonly #cured: string[] = [];
  #askers: readonly Asker[] = [];
  #reading: Promise<void> | undefined;
  /** Askers whose last answers couldn't be read, and why. */
  readonly #unread = new Map<Asker, string>();

  constructor(mesh: Mesh, connections: Connections, asking: Asking | undefined) {
    this.#mesh = mesh;
    this.#asking = asking;
    this.#looks = new MeshLooks(mesh, connections);
  }

  async before(length: number, tell: Tell, signal: AbortSignal | undefined): Promise<string> {
    if (this.#asking === undefined) return "nothing is asked";
    tell.current(["making the pods that ask"]);
    this.#askers = await this.#asking.start();
    this.#reading = this.#read();
    for (const asker of this.#askers) await answered(asker, signal);
    this.moments.began = Date.now();
    await sleep(length, undefined, signal && { signal });
    return this.words("before");
  }

  /** Who answered in a phase, as far as the answers were read. */
  words(phase: "before" | "during" | "after"): string {
    if (this.#askers.length === 0) return "nothing was asked";
    const moments = { ...this.moments, ended: Date.now() };
    const phases = this.#askers.map((one) => summarize(this.#since(one), moments)[phase]);
    const failed = phases.reduce((sum, one) => sum + one.failed, 0);
    const requests = phases.reduce((sum, one) => sum + one.requests, 0);
    return `${requests} requests, ${failed} failed`;
  }

  /** Looks at another mesh from now on: a cluster was created again. */
  async follow(mesh: Mesh): Promise<void> {
    await this.#looks.end();
    this.#earlier.push(...this.#looks.looks);
    this.#mesh = mesh;
    this.#looks = new MeshLooks(mesh, new Connections());
  }

  get #all(): readonly Look[] {
    return [...this.#earlier, ...this.#looks.looks];
  }

  /** Waits until the mesh is as planned, and the same clusters answer as before. */
  async after(tell: Tell, signal: AbortSignal | undefined): Promise<string> {
    const deadline = Date.now() + timeLimits.drillHealed;
    const recovers = Date.now() + timeLimits.drillRecovers;
    let healing: Promise<unknown> | undefined;
    for (;;) {
      const healed = healedIn(this.#all, this.moments.putBack);
      const waiting = this.#askers.filter((one) => this.#summary(one).back === undefined);
      if (healed !== undefined && waiting.length === 0) return `after ${this.#sincePutBack()}`;
      const failures = this.#all.at(-1)?.failures ?? [];
      tell.current([...failures, ...waiting.map(({ question }) => `${question.url}: not yet`)]);
      if (Date.now() > deadline) return "not within the limit";
      if (Date.now() > recovers && healed === undefined) {
        healing ??= heal(this.#mesh, (line) => this.#cure(line, tell), signal && { signal }).catch(
          (error: unknown) => tell.step(messageOf(error)),
        );
      }
      await sleep(500, undefined, signal && { signal });
    }
  }

  async end(): Promise<void> {
    this.moments.ended = Date.now();
    this.#stop.abort();
    await Promise.all([this.#looks.end(), this.#reading]);
  }

  result(
    stack: string,
    { take, limits = {} }: Pick<DrillRequest, "take" | "limits">,
    taken: readonly Taken[],
    notAsked: string | undefined,
  ): DrillResult {
    const asked = this.#askers.map((asker): Asked => {
      const summary = this.#summary(asker);
      const answers = this.#since(asker);
      const unread = this.#unread.get(asker);
      const tooMuch = [
        ...exceeded(summary, limits),
        ...(unread === undefined ? [] : [`the last answers could not be read: ${unread}`]),
      ];
      const { question, interrupted } = asker;
      return {
        question,
        summary,
        answers,
        exceeded: tooMuch,
        ...(interrupted !== undefined && { interrupted }),
      };
    });
    const looks = this.#all;
    const healed = healedIn(looks, this.moments.putBack);
    const wanted = limits.maxFailed !== undefined || limits.maxGap !== undefined;
    const stillWrong = healed === undefined ? (looks.at(-1)?.failures ?? []) : [];
    return {
      stack,
      clusters: this.#mesh.plan.clusters.map(({ name }) => name),
      take,
      taken: taken.map(describeTaken),
      moments: this.moments,
      asked,
      notAsked,
      noticed: noticedIn(looks, this.moments.taken),
      healed,
      cured: this.#cured,
      stillWrong,
      limits,
      passed:
        healed !== undefined &&
        asked.every((one) => one.exceeded.length === 0 && one.summary.back !== undefined) &&
        !(wanted && asked.length === 0),
    };
  }

  #cure(line: string, tell: Tell): void {
    this.#cured.push(line);
    tell.notice(line);
  }

  #sincePutBack(): string {
    return seconds(Date.now() - this.moments.putBack);
  }

  #summary(asker: Asker): AnswersSummary {
    const ended = Math.min(this.moments.ended, Date.now());
    return summarize(this.#since(asker), { ...this.moments, ended });
  }

  /** Without requests before the first answer: a new pod's proxy knows nothing yet. */
  #since({ answers }: Asker): readonly Answer[] {
    return answers.filter(({ at }) => at >= this.moments.began);
  }

  /** Reads until the end, and once more. */
  async #read(): Promise<void> {
    const { signal } = this.#stop;
    const clusters = this.#mesh.plan.clusters.map(({ name }) => name);
    while (!signal.aborted) {
      const pods = await this.#asking?.pods();
      const clusterOf = (body: string): string | undefined =>
        clusterIn(body, pods ?? new Map(), clusters);
      // A cluster that doesn't answer now keeps the log for later.
      await Promise.allSettled(this.#askers.map((asker) => asker.read(clusterOf)));
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
    const pods = (await this.#asking?.pods()) ?? new Map<string, string>();
    const last = await Promise.allSettled(
      this.#askers.map((asker) => asker.read((body) => clusterIn(body, pods, clusters))),
    );
    for (const [index, one] of last.entries()) {
      const asker = this.#askers[index];
      if (one.status === "rejected" && asker) this.#unread.set(asker, messageOf(one.reason));
    }
  }
}

/** @throws Error if a question isn't answered before anything is taken away */
async function answered(
  { question, answers }: Asker,
  signal: AbortSignal | undefined,
): Promise<void> {
  await waitFor({
    what: `waiting for an answer of ${question.url} in ${question.cluster}, before anything is taken away`,
    limit: timeLimits.trafficArrives,
    look: () => {
      const good = answers.some(({ failure }) => failure === undefined);
      const seen = answers.at(-1)?.failure ?? "nothing yet";
      return Promise.resolve(good ? { done: true, value: undefined } : { done: false, seen });
    },
    further: "Ask it yourself from a pod of that namespace",
    signal,
  });
}
