import { setTimeout as sleep } from "node:timers/promises";
import { verify } from "../../verification/verify.ts";
import type { CheckResult, Mesh } from "../../verification/index.ts";

/** What one look at the mesh found wrong. */
export interface Look {
  /** As `performance.now()` gave it, at the end of the look. */
  readonly at: number;
  readonly failed: readonly CheckResult[];
}

/** How a {@link MeshWatch} looks. */
export interface WatchOptions {
  /** Whether each look sends traffic of its own, which takes longer. */
  readonly traffic: boolean;
  /** Is told of each look that found something else than the one before. */
  readonly tell: (text: string) => void;
}

/** Milliseconds between two looks. */
const pause = 500;

/** Verifies a mesh again and again. */
export class MeshWatch {
  readonly #looks: Look[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(mesh: Mesh, options: WatchOptions) {
    this.#done = this.#watch(mesh, options);
  }

  get looks(): readonly Look[] {
    return this.#looks;
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  /**
   * Waits until a look that began after `since` finds something wrong, or nothing.
   *
   * @returns the look; undefined where it doesn't come within the limit, in milliseconds
   */
  async until(wrong: boolean, since: number, limit: number): Promise<Look | undefined> {
    const deadline = performance.now() + limit;
    for (;;) {
      const found = this.#looks.find(({ at, failed }) => at > since && failed.length > 0 === wrong);
      if (found !== undefined || performance.now() > deadline) return found;
      await sleep(100);
    }
  }

  async #watch(mesh: Mesh, { traffic, tell }: WatchOptions): Promise<void> {
    const { signal } = this.#stop;
    let before = "";
    while (!signal.aborted) {
      try {
        const { results } = await verify(mesh, { signal, traffic, limit: 1 });
        const failed = results.filter(({ state }) => state === "failed");
        this.#looks.push({ at: performance.now(), failed });
        const found = failed.map(({ title, subject }) => `${title} (${subject})`).join(", ");
        if (found !== before) tell(found === "" ? "as planned" : `wrong: ${found}`);
        before = found;
      } catch {
        // Interrupted: a verification doesn't reject for anything else.
        return;
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
