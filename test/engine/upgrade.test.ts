import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { nextUpgradeStep, withNamedVersion } from "../../planning/linkerd/upgrade.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { Topology } from "../../planning/topology.ts";
import { expectedChanges } from "./expected-resources.ts";
import { earlierVersion, laterVersion } from "./stack-files.ts";
import { TestEngine, topologyName } from "./test-engine.ts";
import { pair } from "./topologies.ts";

const to = laterVersion;
const planned = (topology: Topology) => planOrThrow(topology, { name: topologyName });

const stepTo = (version: string) => (topology: Topology) =>
  nextUpgradeStep(topology, { to: version, canary: "east" })?.topology ?? topology;

const withValues = (proxy: Record<string, unknown>) => (topology: Topology) => ({
  ...topology,
  linkerd: { ...topology.linkerd, values: { controlPlane: proxy } },
});

const ours = "linkerd-topology:index";
const release = "kubernetes:helm.sh/v3:Release";

/** What changes in a cluster where its release does, by the end of the logical name. */
const upgraded = [
  `update ${ours}:InjectorReady control-plane`,
  `update ${ours}:ProxiesCurrent proxies`,
  `update ${ours}:VersionStep control-plane`,
  `update kubernetes:multicluster.linkerd.io/v1alpha3:Link to`,
  `update ${release} control-plane`,
  `update ${release} control-plane-crds`,
  `update ${release} multicluster`,
];

/** What changes where a value of the control plane does: its gates look again, and restart what differs. */
const otherValues = [
  `update ${ours}:InjectorReady control-plane`,
  `update ${ours}:ProxiesCurrent proxies`,
  `update ${release} control-plane`,
];

const steps: readonly {
  readonly title: string;
  readonly make: (topology: Topology) => Topology;
  /** Cluster → what changes in it. */
  readonly changes: Readonly<Record<string, readonly string[]>>;
}[] = [
  { title: "the canary is upgraded", make: stepTo(to), changes: { east: upgraded } },
  { title: "the other cluster follows", make: stepTo(to), changes: { west: upgraded } },
  { title: "the release becomes that of all", make: stepTo(to), changes: {} },
  {
    title: "a value reaches the proxies",
    make: withValues({ proxy: { logLevel: "debug" } }),
    changes: { east: otherValues, west: otherValues },
  },
  {
    title: "a value reaches no proxy",
    make: withValues({ proxy: { logLevel: "debug" }, controllerLogLevel: "debug" }),
    changes: { east: otherValues, west: otherValues },
  },
  {
    title: "the values are those of before",
    make: withValues({}),
    changes: { east: otherValues, west: otherValues },
  },
  {
    title: "the canary goes back",
    make: stepTo(earlierVersion),
    changes: { east: upgraded },
  },
  {
    title: "the other cluster goes back",
    make: stepTo(earlierVersion),
    changes: { west: upgraded },
  },
];

describe("an upgrade of Linkerd", () => {
  let engine: TestEngine;
  let topology = withNamedVersion(pair, earlierVersion);
  before(async () => {
    engine = await TestEngine.start({ inline: true, tls: true });
    await engine.up(topology);
  });
  after(async () => {
    await engine.close();
  });

  for (const { title, make, changes } of steps) {
    test(title, async () => {
      const earlier = planned(topology);
      topology = make(topology);
      const update = await engine.up(topology);
      assert.deepEqual([...update.changes].sort(), expectedChanges(earlier, planned(topology)));
      for (const cluster of ["east", "west"]) {
        const own = update.changes.filter((change) => change.includes(`-${cluster}-`));
        const ends = own.map((change) =>
          change.replace(/ \S+-[0-9a-f]+-(to|control-plane\S*|multicluster|proxies)\S*$/, " $1"),
        );
        assert.deepEqual(ends.sort(), [...(changes[cluster] ?? [])].sort(), cluster);
      }
    });

    test(`${title}: the next up changes nothing`, async () => {
      engine.world.takeCalls();
      assert.deepEqual((await engine.up(topology)).changes, []);
      assert.deepEqual(engine.world.takeCalls(), []);
    });
  }
});
