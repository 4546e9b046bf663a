import type { Topology } from "../../../planning/topology.ts";
import { TestEngine } from "../test-engine.ts";
import { findCrashPoints, type CrashPoint } from "./crash-points.ts";
import { faults, type Fault } from "./faults.ts";
import { nameOfCase, runCase } from "./run-case.ts";
import { scenarios, type Scenario } from "./scenarios.ts";
import { withoutTraces } from "./without-traces.ts";

/** One case of a stack, and what came of it. */
export interface CaseResult {
  readonly stack: string;
  readonly scenario: Scenario["name"];
  readonly method: string;
  readonly type: string;
  readonly fault: string;
  /** `up/create/kind:index:Cluster/west/killed` */
  readonly name: string;
  /** What is wrong; nothing where it was survived. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

export interface MatrixOptions {
  readonly stack: string;
  readonly topology: (engine: TestEngine) => Topology;
  readonly scenarios: readonly string[];
  readonly faults: readonly string[];
  /** Which of their cases are run, by name, and by what sort of case it is. @default all */
  readonly wanted?: (name: string, sort: string) => boolean;
  /** Engines are killed even where it is known what that leaves. @default false */
  readonly really?: boolean;
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * The crash matrix of one topology: every operation of every command, with everything that may happen to
 * it. One case after the other, in the same order in every run.
 */
export async function runMatrix(options: MatrixOptions): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  const engine = await TestEngine.start({ inline: true, tls: true });
  try {
    const topology = options.topology(engine);
    for (const scenario of scenarios) {
      if (!options.scenarios.includes(scenario.name)) continue;
      const points = await findCrashPoints(engine, topology, scenario);
      for (const [point, fault] of pairs(points, scenario, options.faults)) {
        const result = await runOne(engine, { ...options, topology }, { scenario, point, fault });
        if (result === undefined) continue;
        results.push(result);
        options.onResult?.(result);
      }
    }
  } finally {
    await engine.close();
  }
  return results;
}

function pairs(
  points: readonly CrashPoint[],
  scenario: Scenario,
  names: readonly string[],
): (readonly [CrashPoint, Fault])[] {
  return faults
    .filter(({ name }) => names.includes(name) && (scenario.faults?.includes(name) ?? true))
    .flatMap((fault) => points.map((point) => [point, fault] as const));
}

async function runOne(
  engine: TestEngine,
  {
    stack,
    topology,
    really = false,
    wanted,
  }: Omit<MatrixOptions, "topology"> & {
    readonly topology: Topology;
  },
  one: { readonly scenario: Scenario; readonly point: CrashPoint; readonly fault: Fault },
): Promise<CaseResult | undefined> {
  const { scenario, point, fault } = one;
  const { method, type } = point;
  const name = nameOfCase(one);
  if (wanted?.(name, [scenario.name, method, type, fault.name].join("/")) === false)
    return undefined;
  const started = performance.now();
  const problems = await withoutTraces(() => runCase(engine, topology, one, really));
  return {
    stack,
    scenario: scenario.name,
    method,
    type,
    fault: fault.name,
    name,
    problems,
    milliseconds: Math.round(performance.now() - started),
  };
}
