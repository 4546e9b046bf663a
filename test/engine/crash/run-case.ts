import type { Topology } from "../../../planning/topology.ts";
import type { TestEngine } from "../test-engine.ts";
import { withoutPending, type CrashPoint } from "./crash-points.ts";
import type { Fault } from "./faults.ts";
import type { Scenario } from "./scenarios.ts";

export interface Case {
  readonly scenario: Scenario;
  readonly point: CrashPoint;
  readonly fault: Fault;
}

/** `up/create/kind:index:Cluster/west/killed` */
export function nameOfCase({ scenario, point, fault }: Case): string {
  return `${scenario.name}/${point.id}/${fault.name}`;
}

/**
 * @param really whether an engine is killed even where it is known what that leaves
 * @returns what is wrong after the command that follows; nothing where the case was survived
 */
export async function runCase(
  engine: TestEngine,
  topology: Topology,
  one: Case,
  really: boolean,
): Promise<readonly string[]> {
  const { scenario, point, fault } = one;
  const left = really ? undefined : fault.leaves?.(point);
  if (left === undefined) {
    const trouble = await letItHappen(engine, topology, one);
    if (trouble !== undefined) return [trouble];
  } else {
    await engine.restore(left);
  }
  try {
    await scenario.recover(engine, topology);
  } catch (error) {
    return [`the next command failed: ${reasonIn(error)}`];
  }
  return scenario.problems(engine, topology);
}

async function letItHappen(
  engine: TestEngine,
  topology: Topology,
  { scenario, point, fault }: Case,
): Promise<string | undefined> {
  await engine.restore(withoutPending(point.before));
  const controller = new AbortController();
  const struck = { yet: false };
  fault.arm({
    engine,
    point,
    struck: () => {
      struck.yet = true;
    },
    interrupt: () => {
      controller.abort();
    },
  });
  let trouble: unknown;
  try {
    await scenario.run(engine, topology, {
      signal: controller.signal,
      // Only an engine that is killed has to have written down what it did.
      checkpoints: fault.leaves !== undefined,
    });
  } catch (error) {
    trouble = error;
  } finally {
    engine.world.calm();
  }
  if (!struck.yet) return `the operation never came: ${reasonIn(trouble)}`;
  return trouble === undefined ? "the command took no notice of it" : undefined;
}

/** The lines of the engine's output that say why. */
function reasonIn(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => /error: (?!update failed)/.test(line));
  return [...new Set(lines.map((line) => line.trim()))].slice(-3).join(" | ") || text.slice(0, 500);
}
