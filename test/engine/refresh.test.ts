import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { planOrThrow } from "../../planning/plan.ts";
import type { Topology } from "../../planning/topology.ts";
import type { PropertyMap } from "../../providers/server/index.ts";
import { expectedInside, prefixOf } from "./expected-resources.ts";
import { TestEngine, topologyName, type Update } from "./test-engine.ts";

/** Two clusters with pod routes between them, and one that is reached through its gateway. */
const topology: Topology = {
  clusters: [
    { name: "west", network: "one" },
    { name: "east", network: "one" },
    { name: "north", network: "two" },
  ],
  links: [{ between: ["west", "east"] }, { from: "west", to: "north" }],
};
const plan = planOrThrow(topology, { name: topologyName });
const west = prefixOf(plan, "west");
const east = prefixOf(plan, "east");

const link = "kubernetes:multicluster.linkerd.io/v1alpha3:Link";
const secret = "kubernetes:core/v1:Secret";
const release = "kubernetes:helm.sh/v3:Release";
const ready = "linkerd-topology:index";

/** What west does when the account of a target that it uses has another token. */
const credentialsOfEast = [
  `replace ${secret} ${west}-to-east-destination`,
  `replace ${secret} ${west}-to-east-service-mirror`,
  `update ${link} ${west}-to-east`,
  `update ${ready}:LinkReady ${west}-to-east`,
];

describe("what changed outside of Pulumi", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start({ inline: true });
    await engine.up(topology);
  });
  after(async () => {
    await engine.close();
  });

  /** The next `up` does this, and the one after that nothing. */
  async function assertMended(update: Update, expected: readonly string[]): Promise<void> {
    assert.deepEqual(withoutReading(update), [...expected].sort());
    assert.deepEqual((await engine.up(topology)).changes, []);
  }

  test("a cluster that vanished is made again, with all that was in it and its Links on both sides", async () => {
    engine.world.lose(`kind:index:Cluster ${topologyName}-east`);
    await engine.refresh();
    await assertMended(await engine.up(topology), [
      `create kind:index:Cluster ${east}`,
      ...expectedInside(plan, "east").map((inside) => `create ${inside}`),
      ...credentialsOfEast,
    ]);
  });

  test("so it is by up --refresh, without another command", async () => {
    engine.world.lose(`kind:index:Cluster ${topologyName}-east`);
    await assertMended(await engine.up(topology, { refresh: true }), [
      `create kind:index:Cluster ${east}`,
      ...expectedInside(plan, "east").map((inside) => `create ${inside}`),
      ...credentialsOfEast,
    ]);
  });

  test("a Link, credentials, a gateway's release and routes that were deleted return", async () => {
    engine.world.lose(`${link} in ${west}-to-north`);
    engine.world.lose(`${secret} in ${east}-to-west-destination`);
    engine.world.lose(`${release} in ${east}-multicluster`);
    engine.world.lose(`${release} in ${west}-control-plane`);
    engine.world.lose(`kubernetes:apps/v1:DaemonSet in ${east}-pod-routes`);
    await assertMended(await engine.up(topology, { refresh: true }), [
      `create ${link} ${west}-to-north`,
      `create ${ready}:LinkReady ${west}-to-north`,
      `create ${secret} ${east}-to-west-destination`,
      `create ${release} ${east}-multicluster`,
      `create ${release} ${west}-control-plane`,
      `create ${ready}:InjectorReady ${west}-control-plane`,
      `create kubernetes:apps/v1:DaemonSet ${east}-pod-routes`,
    ]);
  });

  test("an access token that was deleted is issued again, the same; the source asks again with it", async () => {
    const token = `${east}-from-west.token-1`;
    engine.world.lose(`${secret} in ${token}`);
    await assertMended(await engine.up(topology, { refresh: true }), [
      `create ${secret} ${token}`,
      `update ${link} ${west}-to-east`,
      `update ${ready}:LinkReady ${west}-to-east`,
    ]);
  });

  test("another address of a node changes nothing: everything goes by its name", async () => {
    change("east", { address: "172.30.0.9" });
    const { transcript } = await engine.refresh();
    assert.match(transcript, /172\.30\.0\.9/);
    await assertMended(await engine.up(topology), []);
  });

  test("another pod subnet of a node is followed by the routes of the clusters around it", async () => {
    change("east", { podCidr: "10.77.3.0/24" });
    await assertMended(await engine.up(topology, { refresh: true }), [
      `update kubernetes:apps/v1:DaemonSet ${west}-pod-routes`,
    ]);
  });

  test("a refresh of what is as it was changes nothing", async () => {
    assert.deepEqual(withoutReading(await engine.refresh()), []);
    assert.deepEqual(withoutReading(await engine.up(topology, { refresh: true })), []);
  });

  /** The only node of a cluster becomes another one. */
  function change(cluster: string, to: PropertyMap): void {
    const found = engine.world.objects.get(`kind:index:Cluster ${topologyName}-${cluster}`);
    const nodes = (found?.["nodes"] ?? []) as PropertyMap[];
    assert.equal(nodes.length, 1);
    nodes[0] = { ...nodes[0], ...to };
  }
});

/** The changes without the looks at what there is, a replacement as one. */
function withoutReading({ changes }: Update): string[] {
  const replacements = /^(create-replacement|delete-replaced|replace) /;
  return [...new Set(changes.map((change) => change.replace(replacements, "replace ")))]
    .filter((change) => !/^(refresh|read) /.test(change))
    .sort();
}
