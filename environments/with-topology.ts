import type { Topology as TopologySpec } from "../planning/topology.ts";
import type { RunMesh } from "./runs/run-mesh.ts";
import type { RunOptions } from "./runs/session.ts";
import type { TopologySource } from "./topology-source.ts";

/** Options of {@link withTopology}. */
export type WithTopologyOptions = Omit<RunOptions, "onVerified">;

/**
 * Brings a topology up while a function uses it: under a unique name it creates it, proves it, calls the
 * function, and removes everything, whatever happens. Any number of them may run at the same time, in one
 * process or in several.
 *
 * With `pool` it takes a mesh that an earlier call left, and leaves it for later ones.
 *
 * If this process is killed, another one that was started with it removes the topology. If that one is killed
 * too, the next run or `reap` does.
 *
 * @param topology a topology, or a YAML file with one: `{ file: "two.yaml" }`
 * @returns what the function returns
 * @throws what the function throws, once everything is gone; CommandError or TopologyError, whose messages
 *   are for people, if the topology can't be brought up or verified
 * @example
 * ```ts
 * await withTopology(
 *   { clusters: [{ name: "west" }, { name: "east" }], links: [{ between: ["west", "east"] }] },
 *   async (mesh) => {
 *     await execa("npm", ["run", "e2e"], { env: mesh.env, stdio: "inherit" });
 *   },
 *   { verify: true },
 * );
 * ```
 */
export async function withTopology<T>(
  topology: TopologySpec | TopologySource,
  use: (mesh: RunMesh) => Promise<T> | T,
  options: WithTopologyOptions = {},
): Promise<T> {
  const source: TopologySource = "clusters" in topology ? { topology } : topology;
  const { withRun } = await import("./runs/session.ts");
  return withRun(source, options, async (mesh) => use(mesh));
}
