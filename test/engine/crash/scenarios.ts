import { earlierVersion, laterVersion } from "../stack-files.ts";
import { nextUpgradeStep, withNamedVersion } from "../../../planning/linkerd/upgrade.ts";
import type { LinkSpec, Topology } from "../../../planning/topology.ts";
import { problemsIn, remainsOf } from "../problems-in.ts";
import type { How, TestEngine } from "../test-engine.ts";

/** A command that something happens to, where it starts, and what makes good afterwards. */
export interface Scenario {
  readonly name: "up" | "down" | "change" | "upgrade" | "give-up";
  readonly title: string;
  /** What may happen to it. @default everything */
  readonly faults?: readonly string[];
  /** Brings about what there is before; there is nothing when it is called. */
  prepare(engine: TestEngine, topology: Topology): Promise<unknown>;
  /** The command. */
  run(engine: TestEngine, topology: Topology, how: How): Promise<unknown>;
  /** The command that follows. */
  recover(engine: TestEngine, topology: Topology): Promise<unknown>;
  /** What is wrong then. */
  problems(engine: TestEngine, topology: Topology): Promise<readonly string[]>;
}

const nothing = (): Promise<void> => Promise.resolve();

export const scenarios: readonly Scenario[] = [
  {
    name: "up",
    title: "`up`, then `up`",
    prepare: nothing,
    run: (engine, topology, how) => engine.up(topology, how),
    recover: upAgain,
    problems: problemsIn,
  },
  {
    name: "down",
    title: "`down`, then `down`",
    prepare: (engine, topology) => engine.up(topology),
    run: (engine, _, how) => engine.destroy(how),
    recover: downAgain,
    problems: remainsOf,
  },
  {
    name: "change",
    title: "`up` of an edited topology, then `up`",
    faults: ["killed", "cut-short", "failed"],
    prepare: (engine, topology) => engine.up(topology),
    run: (engine, topology, how) => engine.up(edited(topology), how),
    recover: (engine, topology) => upAgain(engine, edited(topology)),
    problems: (engine, topology) => problemsIn(engine, edited(topology)),
  },
  {
    name: "upgrade",
    title: "`up` with another release of Linkerd in one cluster, then `up`",
    faults: ["killed", "cut-short", "failed"],
    prepare: (engine, topology) => engine.up(topology),
    run: (engine, topology, how) => engine.up(upgraded(topology), how),
    recover: (engine, topology) => upAgain(engine, upgraded(topology)),
    problems: (engine, topology) => problemsIn(engine, upgraded(topology)),
  },
  {
    name: "give-up",
    title: "`up`, then `down`",
    faults: ["killed", "cut-short"],
    prepare: nothing,
    run: (engine, topology, how) => engine.up(topology, how),
    recover: downAgain,
    problems: remainsOf,
  },
];

/** With its canary upgraded. */
function upgraded(topology: Topology): Topology {
  const named = withNamedVersion(topology, earlierVersion);
  const step = nextUpgradeStep(named, { to: laterVersion });
  if (step === undefined) throw new Error("there is no step to that release");
  return step.topology;
}

async function upAgain(engine: TestEngine, topology: Topology): Promise<void> {
  await engine.recover("up", topology);
  await engine.up(topology);
}

/** As `down` does: what the state has, then what Docker has and the state doesn't know of. */
async function downAgain(engine: TestEngine): Promise<void> {
  await engine.recover("down");
  await engine.destroy();
  engine.world.sweep();
}

/**
 * An edit that updates, replaces, adds and removes: other values for every control plane, the second
 * cluster recreated, the third one gone, one more.
 */
function edited(topology: Topology): Topology {
  const [first, second, third] = topology.clusters;
  if (first === undefined || second === undefined) throw new Error("two clusters are needed");
  const gone = third?.name;
  const without = (names: LinkSpec["from"] = []): string[] =>
    [names].flat().filter((name) => name !== gone);
  const links = (topology.links ?? []).flatMap((link): LinkSpec[] => {
    const { between, from, to } = link;
    if (between !== undefined) {
      const rest = without(between);
      return rest.length > 1 ? [{ ...link, between: rest }] : [];
    }
    const ends = { from: without(from), to: without(to) };
    return ends.from.length > 0 && ends.to.length > 0 ? [{ ...link, ...ends }] : [];
  });
  const { network } = first;
  return {
    ...topology,
    clusters: [
      first,
      { ...second, podSubnet: "10.112.0.0/21" },
      { name: "extra", ...(network !== undefined && { network }) },
    ],
    links: [...links, { between: [first.name, "extra"] }],
    linkerd: { ...topology.linkerd, values: { controlPlane: { controllerLogLevel: "debug" } } },
  };
}
