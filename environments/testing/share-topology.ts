import { type NamedTopology, sourceOf } from "../for-programs.ts";
import { withTopology, type WithTopologyOptions } from "../with-topology.ts";
import { type HeldMesh, hold } from "./held-topology.ts";

/** What a test runner calls before the first file and after the last. */
export interface SharedTopology {
  /** For vitest. */
  readonly setup: () => Promise<void>;
  /** For vitest. */
  readonly teardown: () => Promise<void>;
  /** For node:test (`--test-global-setup`, Node.js 24). */
  readonly globalSetup: () => Promise<void>;
  /** For node:test. */
  readonly globalTeardown: () => Promise<void>;
}

/**
 * Brings one mesh up for all files of a test run: {@link useTopology} in them finds it. It is removed at the end,
 * and by its guardian if the runner is killed.
 *
 * With a node:test that has no global setup, let `linkerd-topology run` do it:
 * `linkerd-topology run --topology two.yaml -- node --test`.
 *
 * @param topology a YAML file, a ready-made stack, or a topology
 * @returns what a module for the runner's global setup exports
 * @example
 * ```ts
 * // mesh.setup.ts, and in vitest.config.ts: test: { globalSetup: "./mesh.setup.ts" }
 * import { shareTopology } from "linkerd-topology/testing";
 *
 * export const { setup, teardown } = shareTopology("two.yaml");
 * ```
 */
export function shareTopology(
  topology: NamedTopology,
  options: WithTopologyOptions = {},
): SharedTopology {
  let held: HeldMesh | undefined;
  let before: Readonly<Record<string, string | undefined>> = {};
  const setup = async (): Promise<void> => {
    const source = await sourceOf(topology);
    held = await hold((use) => withTopology(source, use, options));
    const { env } = held.mesh;
    const changed = Object.keys(env).filter((name) => env[name] !== process.env[name]);
    before = Object.fromEntries(changed.map((name) => [name, process.env[name]]));
    // Processes of the files inherit them.
    for (const name of changed) process.env[name] = env[name];
  };
  const teardown = async (): Promise<void> => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    before = {};
    const { release } = held ?? {};
    held = undefined;
    await release?.();
  };
  return { setup, teardown, globalSetup: setup, globalTeardown: teardown };
}
