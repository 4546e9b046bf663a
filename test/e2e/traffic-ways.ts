import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { ConstantTraffic, type Summary } from "./constant-traffic.ts";
import { namespace } from "./workload.ts";

/** Name of the Deployment in a source that asks, one of `createSteady`. */
export const client = "client";

/** A way from a source to its target. */
export interface Way {
  /** `west, from pod to pod` */
  readonly name: string;
  readonly source: KubernetesApi;
  /** Name of the mirror that is asked. */
  readonly mirror: string;
}

interface Asked {
  readonly name: string;
  readonly asked: ConstantTraffic;
}

/** Clients that ask over several ways all the time. */
export class TrafficWays {
  readonly #ways: readonly Asked[];

  private constructor(ways: readonly Asked[]) {
    this.#ways = ways;
  }

  /** Begins, and resolves once every way has answered. */
  static async start(ways: readonly Way[], perSecond: number): Promise<TrafficWays> {
    const started = new TrafficWays(
      ways.map(({ name, source, mirror }) => ({
        name,
        asked: new ConstantTraffic(source, client, `http://${mirror}.${namespace}`, perSecond),
      })),
    );
    try {
      for (const { asked } of started.#ways) await asked.answered();
    } catch (error) {
      await started.end();
      throw error;
    }
    started.forget();
    return started;
  }

  /** Forgets what was seen so far. */
  forget(): void {
    for (const { asked } of this.#ways) asked.reset();
  }

  /**
   * Requires that no request was lost, on the ways whose name begins so.
   *
   * @param least how many requests there must have been on each
   * @returns what came of them, by the name of the way
   */
  requireNoneLost(
    context: TestContext,
    { least, of = "" }: { least: number; of?: string },
  ): ReadonlyMap<string, Summary> {
    const summaries = new Map(
      this.#ways
        .filter(({ name }) => name.startsWith(of))
        .map(({ name, asked }) => [name, asked.summary()] as const),
    );
    assert.ok(summaries.size > 0, `no way begins with ${of}`);
    for (const [name, { requests, failures, unsent, slowest, servers, clients }] of summaries) {
      context.diagnostic(
        `${name}: ${requests} requests of ${clients.size} clients to ${servers.size} servers, ` +
          `${failures.length} failed, the slowest took ${slowest} s; not sent: ${JSON.stringify(unsent)}`,
      );
    }
    for (const [name, { requests, failures }] of summaries) {
      assert.deepEqual(failures, [], name);
      assert.ok(requests >= least, `${name}: ${requests} requests`);
    }
    return summaries;
  }

  async end(): Promise<void> {
    await Promise.all(this.#ways.map(({ asked }) => asked.end()));
  }
}
