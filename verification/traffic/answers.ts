import type { Answered } from "./asked.ts";
import { wordsOf } from "./ask.ts";

/** What the servers of a route have answered so far. */
export interface Answers {
  /** Host name of a server → its cluster, and how often it answered. */
  readonly by: ReadonlyMap<string, { readonly cluster: string; readonly count: number }>;
  /** Client identities that servers saw. An empty one means a request without an identity. */
  readonly clients: ReadonlySet<string>;
  /** The last request that none of the probe's servers answered, in a few words. */
  readonly lost: string | undefined;
}

export const noAnswers: Answers = { by: new Map(), clients: new Set(), lost: undefined };

/** Adds a round of requests: to `/hostname` and to `/header?key=l5d-client-id` in turn. */
export function gather(
  before: Answers,
  round: readonly Answered[],
  servers: ReadonlyMap<string, string>,
): Answers {
  const by = new Map(before.by);
  const clients = new Set(before.clients);
  let lost: string | undefined;
  for (const [index, answered] of round.entries()) {
    if (answered.status !== 200) {
      lost = wordsOf(answered);
    } else if (index % 2 === 1) {
      clients.add(answered.body);
    } else {
      const cluster = servers.get(answered.body);
      if (cluster === undefined) lost = `answered by somebody else: ${wordsOf(answered)}`;
      else by.set(answered.body, { cluster, count: (by.get(answered.body)?.count ?? 0) + 1 });
    }
  }
  return { by, clients, lost };
}

/**
 * What is wrong with the answers. Undefined: nothing.
 *
 * @param members clusters that must answer
 * @param client identity that each server must see
 */
export function troubleOf(
  { by, clients, lost }: Answers,
  members: readonly string[],
  client: string,
): { readonly words: string; readonly final: boolean } | undefined {
  const answering = [...by.values()].map(({ cluster }) => cluster);
  const others = [...by].filter(([, { cluster }]) => !members.includes(cluster));
  if (others.length > 0) {
    const words = others.map(([server, { cluster }]) => `${server} in ${cluster}`).join(", ");
    return { words: `answered by ${words}, not only by ${members.join(", ")}`, final: true };
  }
  const silent = members.filter((member) => !answering.includes(member));
  if (silent.length > 0) {
    const but = answering.length > 0 ? ` (${answering.join(", ")} answered)` : "";
    const why = lost === undefined ? "" : `: ${lost}`;
    return { words: `no answer from ${silent.join(", ")}${but}${why}`, final: false };
  }
  if (clients.has("")) {
    return { words: "answered, but unencrypted: the server saw no client identity", final: true };
  }
  const wrong = [...clients].filter((seen) => seen !== client);
  if (wrong.length > 0) {
    return {
      words: `answered, but the server saw ${wrong.join(", ")} and not ${client}`,
      final: true,
    };
  }
  if (clients.size === 0) return { words: "no server reported which client it saw", final: false };
  return lost === undefined ? undefined : { words: `a request was lost: ${lost}`, final: false };
}

/** For example `east answered (server-1), mTLS, seen as client-west`. */
export function wordsFor({ by }: Answers, client: string): string {
  const members = [...by].map(([server, { cluster, count }]) =>
    by.size > 1 ? `${cluster} ${count} (${server})` : `${cluster} (${server})`,
  );
  const [account = "", namespace = ""] = client.split(".");
  return `answered: ${members.join(", ")}; mTLS, seen as ${account}.${namespace}`;
}
