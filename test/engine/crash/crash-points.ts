import type { Topology } from "../../../planning/topology.ts";
import { topologyName, type Checkpoint, type TestEngine } from "../test-engine.ts";
import type { Call } from "../world.ts";
import type { Scenario } from "./scenarios.ts";

/** An operation of a provider, and all that there was just before it. */
export interface CrashPoint extends Pick<Call, "method" | "type" | "name"> {
  /** `create/kind:index:Cluster/west`: the same in every run. */
  readonly id: string;
  /** As the engine has noted it, which is with the operation: see {@link withoutPending}. */
  readonly before: Checkpoint;
  /** What a SIGKILL in the middle of it leaves: the files, and the world, as they are then. */
  readonly midway: Checkpoint;
  /** The same right after it, before the engine has recorded it. */
  readonly after: Checkpoint;
}

/**
 * Runs a scenario's command undisturbed, one operation after the other, and keeps what there was before
 * each: so that a case needs no more than the rest of the command.
 */
export async function findCrashPoints(
  engine: TestEngine,
  topology: Topology,
  scenario: Scenario,
): Promise<CrashPoint[]> {
  await engine.clear();
  await scenario.prepare(engine, topology);
  const points: CrashPoint[] = [];
  let before = engine.checkpoint();
  let midway = before;
  engine.world.disturb = () => {
    before = engine.checkpoint();
  };
  engine.world.disturbMidway = () => {
    midway = engine.checkpoint();
  };
  engine.world.disturbAfter = ({ method, type, name }) => {
    const id = `${method}/${type}/${shortName(name)}`;
    points.push({ id, method, type, name, before, midway, after: engine.checkpoint() });
  };
  try {
    await scenario.run(engine, topology, { parallel: 1, checkpoints: true });
  } finally {
    engine.world.calm();
  }
  return points.map((point) => ({ ...point, id: unique(point, points) }));
}

/** Without the topology's name and the generations, which are hashes of things that may change. */
function shortName(name: string): string {
  return name.replace(new RegExp(`^${topologyName}-`), "").replace(/-[0-9a-f]{8}(?=-|$)/, "");
}

/** Old and new generation of a cluster have the same short name. */
function unique(point: CrashPoint, points: readonly CrashPoint[]): string {
  const same = points.filter(({ id }) => id === point.id);
  return same.length === 1 ? point.id : `${point.id}~${same.indexOf(point) + 1}`;
}

/** The engine notes what it is about to do before it asks the provider. */
export function withoutPending(checkpoint: Checkpoint): Checkpoint {
  if (checkpoint.state === undefined) return checkpoint;
  const state = JSON.parse(checkpoint.state) as {
    checkpoint: { latest?: { pending_operations?: unknown[] } };
  };
  delete state.checkpoint.latest?.pending_operations;
  return { ...checkpoint, state: JSON.stringify(state) };
}
