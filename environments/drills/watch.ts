import { setTimeout as sleep } from "node:timers/promises";
import type { Connections } from "../../verification/connections.ts";
import type { Mesh } from "../../verification/observe.ts";
import { failuresOf, proveTopology } from "../../verification/prove.ts";

/** One look at the mesh. Times are in milliseconds since 1970. */
export interface Look {
  readonly began: number;
  readonly ended: number;
  /** What is not as planned, a line each. */
  readonly failures: readonly string[];
}

const pause = 500;

/** Looks at a mesh again and again, as `status` does. */
export class MeshLooks {
  readonly looks: Look[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(mesh: Mesh, connections: Connections) {
    this.#done = this.#watch(mesh, connections);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(mesh: Mesh, connections: Connections): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        const { results } = await proveTopology(mesh, { signal, limit: 0, connections });
        const failures = failuresOf(results).map(
          ({ subject, title, problem }) => `${title} (${subject}): ${problem}`,
        );
        this.looks.push({ began, ended: Date.now(), failures });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.looks.push({ began, ended: Date.now(), failures: [String(error)] });
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** When something was found wrong after the taking, in milliseconds, and what. */
export function noticedIn(
  looks: readonly Look[],
  taken: number,
): { readonly after: number; readonly what: readonly string[] } | undefined {
  const first = looks.find(({ ended, failures }) => ended > taken && failures.length > 0);
  return first && { after: first.ended - taken, what: first.failures };
}

/** Milliseconds from the putting back to the first of two looks in a row that found nothing. */
export function healedIn(looks: readonly Look[], putBack: number): number | undefined {
  const later = looks.filter(({ began }) => began >= putBack);
  const first = later.find(
    ({ failures }, index) => failures.length === 0 && later[index + 1]?.failures.length === 0,
  );
  return first && first.ended - putBack;
}
