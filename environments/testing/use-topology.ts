import * as nodeTest from "node:test";
import { timeLimits } from "../../system/time-limits.ts";
import { type NamedTopology, plan as planOf, sourceOf } from "../for-programs.ts";
import type { RunMesh } from "../runs/run-mesh.ts";
import { withTopology, type WithTopologyOptions } from "../with-topology.ts";
import { hold } from "./held-topology.ts";
import { type TestNamespace, TestNamespaces } from "./namespaces.ts";
import { sharedMesh } from "./shared-mesh.ts";

/** The hooks of a test runner. The modules `vitest` and `@jest/globals` have them. */
export interface TestHooks {
  readonly beforeAll: (hook: () => Promise<void>, timeout: number) => unknown;
  readonly afterAll: (hook: () => Promise<void>, timeout: number) => unknown;
  readonly afterEach: (hook: () => Promise<void>, timeout: number) => unknown;
}

/** Options of {@link useTopology}. */
export interface UseTopologyOptions extends WithTopologyOptions {
  /** @default those of node:test */
  readonly hooks?: TestHooks;
  /** When namespaces of the tests are removed: after each test, or after the last one. @default "each" */
  readonly reset?: "each" | "last";
}

/** The mesh of a test file. */
export interface TestMesh {
  /** The mesh. @throws Error outside tests and hooks: there is none yet, or none any more */
  readonly mesh: RunMesh;
  /**
   * A new namespace, of one name in every cluster; pods in it get Linkerd's proxy. With everything in it, it is
   * removed as `reset` says. What is not in such a namespace stays until the mesh goes.
   *
   * @param prefix of its name. @default "test"
   */
  namespace(prefix?: string): Promise<TestNamespace>;
}

/**
 * Gives the tests of a file (or of a `describe`) a mesh. If {@link shareTopology} or `linkerd-topology run` brought
 * one up for the run, it is that one, and files may use it at the same time: each test has namespaces of its own.
 * Otherwise the mesh comes up before the first test and goes after the last.
 *
 * @param topology a YAML file, a ready-made stack, or a topology. A shared mesh with other clusters or Links is refused
 * @returns an object whose `mesh` is there in tests
 * @throws from the hooks: what `withTopology` throws
 * @example
 * ```ts
 * import * as hooks from "vitest";
 * import { useTopology } from "linkerd-topology/testing";
 *
 * const lab = useTopology("two.yaml", { hooks });
 *
 * hooks.test("west reaches the shop of east", async () => {
 *   const shop = await lab.namespace("shop");
 *   await shop.apply(await readFile("shop.yaml", "utf8"), ["east"]);
 *   await runClient({ namespace: shop.name, env: lab.mesh.env });
 * });
 * ```
 */
export function useTopology(topology: NamedTopology, options: UseTopologyOptions = {}): TestMesh {
  const { hooks = ofNodeTest, reset = "each", ...withOptions } = options;
  let current:
    | {
        readonly mesh: RunMesh;
        readonly namespaces: TestNamespaces;
        readonly release?: () => Promise<void>;
      }
    | undefined;
  const present = (): NonNullable<typeof current> => {
    if (current !== undefined) return current;
    throw new Error(
      "useTopology: there is no mesh here. It exists from before the first test to after the last: use it in tests " +
        "and in hooks that come after useTopology",
    );
  };
  hooks.beforeAll(async () => {
    const asked = (name: string): ReturnType<typeof planOf> => planOf(topology, { name });
    const shared = await sharedMesh(asked);
    if (shared !== undefined) {
      current = { mesh: shared, namespaces: new TestNamespaces(shared) };
      return;
    }
    const source = await sourceOf(topology);
    const held = await hold((use) => withTopology(source, use, withOptions));
    current = { ...held, namespaces: new TestNamespaces(held.mesh) };
  }, timeLimits.testMeshUp);
  if (reset === "each") {
    hooks.afterEach(async () => {
      await current?.namespaces.remove();
    }, timeLimits.testsReset);
  }
  hooks.afterAll(async () => {
    const last = current;
    current = undefined;
    // A mesh of this file's own goes with everything in it.
    if (last?.release === undefined) await last?.namespaces.remove();
    else await last.release();
  }, timeLimits.testMeshUp);
  return {
    get mesh() {
      return present().mesh;
    },
    namespace: (prefix = "test") => present().namespaces.create(prefix),
  };
}

/** Node's own hooks have no limit of their own. */
const ofNodeTest: TestHooks = {
  beforeAll: (hook) => nodeTest.before(hook),
  afterAll: (hook) => nodeTest.after(hook),
  afterEach: (hook) => nodeTest.afterEach(hook),
};
