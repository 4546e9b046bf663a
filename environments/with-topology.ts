import type { Topology as TopologySpec } from "../planning/topology.ts";
import type { RunMesh } from "./runs/run-mesh.ts";
import { withRun } from "./runs/session.ts";
import type { RunOptions } from "./runs/session.ts";
import type { TopologySource } from "./topology-source.ts";

/** How {@link withTopology} makes a mesh and takes it away. */
export type WithTopologyOptions = Omit<RunOptions, "onVerified">;

/**
 * Makes a topology real for as long as a function uses it: brings it up under a unique name, proves it,
 * calls the function, and takes everything away, whatever happens. Any number of them may run at the same
 * time, in one process or in several.
 *
 * Should this process be killed, another one that was started with it takes the topology away; should
 * that one be killed too, the next run does, or `reap`.
 *
 * @param topology a topology, or a YAML file with one: `{ file: "two.yaml" }`
 * @returns what the function returns
 * @throws what the function throws, once everything is gone; CommandError or TopologyError, whose
 *   messages are for people, where the topology can't be brought up or verified
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
  return withRun(source, options, async (mesh) => use(mesh));
}
