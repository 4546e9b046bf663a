import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import { isConflict, isNotFound } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { messageOf } from "../../system/message-of.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { CommandError } from "../command-error.ts";
import { docker } from "../docker.ts";
import { isAtWork, type Journal, readJournal, removeJournal, writeJournal } from "./journal.ts";
import { describeTaken, inOrder, manifest, movedManifest, putBackByHand } from "./taken.ts";
import type { Taken } from "./taken.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Open = typeof connect;

export interface PutBackOptions {
  readonly env: Env;
  /** Called with a line for each thing that is back. */
  readonly tell: (line: string) => void;
  /** How to connect to clusters. */
  readonly open?: Open;
  readonly callDocker?: typeof docker;
  /** What must wait, and stays in the journal. @default nothing */
  readonly later?: (taken: Taken) => boolean;
}

/**
 * Puts back everything in a journal, then removes the journal. What somebody else has put back or changed in
 * the meantime stays as it is.
 *
 * @throws CommandError with everything that could not be put back, and how to do it by hand. It stays in the
 *   journal
 */
export async function putBack(journal: Journal, options: PutBackOptions): Promise<void> {
  const { env, tell, callDocker = docker, later = () => false } = options;
  const left: { readonly taken: Taken; readonly why: string }[] = [];
  const apis = new Map<string, Promise<KubernetesApi>>();
  const apiOf = (name: string): Promise<KubernetesApi> => {
    const access = journal.clusters.find((cluster) => cluster.name === name);
    if (access === undefined) throw new Error(`the journal knows no way into ${name}`);
    const api = apis.get(name) ?? (options.open ?? connect)(access);
    apis.set(name, api);
    return api;
  };
  const isGone = async (name: string): Promise<boolean> => {
    const nodes = journal.clusters.find((cluster) => cluster.name === name)?.nodes;
    if (nodes === undefined) return false;
    const states = await Promise.all(nodes.map((node) => stateOf(node, callDocker)));
    return states.every((state) => state === undefined);
  };
  for (const taken of inOrder(journal.taken.filter((one) => !later(one)))) {
    try {
      const done = (await isGone(taken.cluster))
        ? "gone with its cluster"
        : taken.kind === "node" || taken.kind === "api-server"
          ? await putNodeBack(taken, callDocker)
          : await putObjectBack(taken, await apiOf(taken.cluster));
      tell(`${done}: ${describeTaken(taken)}`);
    } catch (error) {
      left.push({ taken, why: messageOf(error) });
    }
  }
  const kept = [...left.map(({ taken }) => taken), ...journal.taken.filter(later)];
  if (kept.length === 0) await removeJournal(journal.stack, env);
  else await writeJournal({ ...journal, taken: kept }, env);
  if (left.length === 0) return;
  const lines = left.map(
    ({ taken, why }) => `${describeTaken(taken)}: ${why}\n    By hand: ${putBackByHand(taken)}`,
  );
  throw new CommandError(
    ["a drill took this away, and it could not be put back:", ...lines].join("\n  - ") +
      "\nThe next command tries again",
  );
}

/** @returns what was done, in a word or two */
async function putNodeBack(
  taken: Extract<Taken, { kind: "node" | "api-server" }>,
  callDocker: typeof docker,
): Promise<string> {
  const { node } = taken;
  const status = await stateOf(node, callDocker);
  if (status === undefined) return "gone meanwhile";
  if (taken.kind === "node") {
    if (status === "paused") await callDocker(["unpause", node]);
    else if (status !== "running") await callDocker(["start", node]);
    return status === "running" ? "there already" : "put back";
  }
  const script = `if [ -e ${movedManifest} ]; then mv ${movedManifest} ${manifest}; echo moved; fi`;
  const said = await callDocker(["exec", node, "sh", "-c", script]);
  return said.trim() === "moved" ? "put back" : "there already";
}

/** State of a container, such as `running`. Undefined if it doesn't exist. */
async function stateOf(node: string, callDocker: typeof docker): Promise<string | undefined> {
  const found = await callDocker([
    ...["ps", "--all", "--filter", `name=^/?${node}$`],
    ...["--format", "{{.State}}"],
  ]);
  return found.trim() === "" ? undefined : found.trim();
}

/** Waits for API servers that are just coming back. */
async function putObjectBack(
  taken: Extract<Taken, { kind: "object" | "pod" | "scale" | "made" }>,
  api: KubernetesApi,
): Promise<string> {
  return waitFor({
    what: `putting back ${describeTaken(taken)}`,
    limit: timeLimits.apiServerAnswers,
    look: async () => ({ done: true, value: await putObject(taken, api) }),
  });
}

async function putObject(
  taken: Extract<Taken, { kind: "object" | "pod" | "scale" | "made" }>,
  api: KubernetesApi,
): Promise<string> {
  const { path } = taken;
  switch (taken.kind) {
    case "scale": {
      const found = await getIfThere<{ readonly spec?: { readonly replicas?: number } }>(api, path);
      if (found === undefined) return "gone meanwhile";
      if (found.spec?.replicas !== 0) return "there already";
      await api.patch(path, { spec: { replicas: taken.replicas } });
      return "put back";
    }
    case "object": {
      if ((await getIfThere(api, path)) !== undefined) return "there already";
      await api.apply(path, taken.object, taken.manager);
      return "put back";
    }
    case "pod":
      return "left to its controller";
    case "made":
      try {
        await api.delete(path);
      } catch (error) {
        // 409: it is being deleted.
        if (!isNotFound(error) && !isConflict(error)) throw error;
        return "gone already";
      }
      return "removed";
  }
}

/** Input of {@link settleDrill}. */
export interface SettleDrillRequest {
  readonly stack: string;
  readonly env: Env;
  /** The command that found it. */
  readonly command: string;
  readonly tell: (line: string) => void;
}

/**
 * Puts back what a killed drill left.
 *
 * @throws CommandError if a drill of the stack is still running, except for commands that only look
 */
export async function settleDrill({
  stack,
  env,
  command,
  tell,
}: SettleDrillRequest): Promise<void> {
  const journal = await readJournal(stack, env);
  if (journal === undefined) return;
  if (await isAtWork(journal)) {
    const words = `a drill of the stack "${stack}" is at work (process ${journal.owner.pid})`;
    if (onlyLooking.has(command)) {
      tell(`${words}: what it has taken away is missing`);
      return;
    }
    throw new CommandError(`${words}: wait for it, or end it with Ctrl-C, then run this again`);
  }
  if (command === "preflight") return;
  tell(`a drill of ${journal.began} was killed: putting back what it took away`);
  try {
    await putBack(journal, { env, tell });
  } catch (error) {
    // The stack's own clusters are about to be removed, whatever state they are in.
    const left = command === "down" ? await readJournal(stack, env) : undefined;
    const ours = new Set(journal.clusters.filter(({ nodes }) => nodes).map(({ name }) => name));
    if (left === undefined || !left.taken.every(({ cluster }) => ours.has(cluster))) throw error;
    tell(messageOf(error));
    await removeJournal(stack, env);
  }
}

const onlyLooking: ReadonlySet<string> = new Set(["status", "verify", "ui", "preflight"]);
