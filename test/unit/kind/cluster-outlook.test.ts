import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { clusterOutlook } from "../../../providers/kind/cluster-outlook.ts";
import { clusterResource } from "../../../providers/kind/cluster-resource.ts";
import { linkReady } from "../../../providers/mesh/link-ready.ts";
import { proxiesCurrent } from "../../../providers/mesh/proxies-current.ts";
import { unknown } from "../../../providers/server/index.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { Harness } from "./harness.ts";

const { signal } = new AbortController();

describe("the preview of a kind cluster", () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
    await harness.makeNetwork();
  });
  after(() => harness.stop());
  afterEach(() => {
    delete process.env.LINKERD_TOPOLOGY_REPLACE;
  });

  it("has nothing to say about a first cluster", async () => {
    assert.deepEqual(await clusterOutlook(await harness.inputs(), signal), []);
  });

  it("says that a cluster is replaced, and how to allow it", async () => {
    await harness.create({ generation: "g0" });
    const inputs = await harness.inputs({ generation: "g1" });
    const [said, ...more] = await clusterOutlook(inputs, signal);
    assert.deepEqual(more, []);
    assert.match(said ?? "", /replaces the cluster west: everything in it is deleted/);
    assert.match(said ?? "", /LINKERD_TOPOLOGY_REPLACE=west@g0/);
    process.env.LINKERD_TOPOLOGY_REPLACE = "west@g0";
    const [allowed] = await clusterOutlook(inputs, signal);
    assert.doesNotMatch(allowed ?? "refused", /refused/);
    assert.deepEqual(await clusterOutlook(await harness.inputs({ generation: "g0" }), signal), []);
  });

  it("says nothing of what an update does in place", async () => {
    const inputs = await harness.inputs({ generation: "g1" });
    assert.deepEqual(await clusterResource.outlook?.({ news: inputs, olds: inputs, signal }), []);
  });

  it("says where it can't look, and what the machine lacks", async () => {
    for (const tool of ["docker", "kind"]) await rm(join(harness.root, "bin", tool));
    const path = process.env.PATH;
    process.env.PATH = join(harness.root, "bin");
    try {
      const said = await clusterOutlook(await harness.inputs({ generation: "g1" }), signal);
      assert.match(
        said.join("\n"),
        /whether this edit replaces the cluster west could not be seen/,
      );
      assert.match(said.join("\n"), /can't be created: there is no `kind` on PATH/);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("the preview of what waits for Linkerd", () => {
  const about = async (
    resource: Pick<typeof linkReady, "outlook">,
    olds: PropertyMap,
    changes: PropertyMap,
  ) => resource.outlook?.({ news: { ...olds, ...changes }, olds, signal });

  const proxies = { anchors: "A", namespaces: ["shop"], upgradeNamespaces: ["shop", "bank"] };
  it("names the workloads that restart for other anchors or another release", async () => {
    const restarted = /restarted: Linkerd's own, those of shop, those of bank$/;
    for (const changes of [{ anchors: "B" }, { triggers: [unknown] }] as PropertyMap[]) {
      const said = (await about(proxiesCurrent, proxies, changes)) ?? [];
      assert.equal(said.length, 1);
      assert.match(said[0] ?? "", restarted);
    }
    assert.deepEqual(await about(proxiesCurrent, proxies, { kubeconfigPath: "/other" }), []);
    const first = await proxiesCurrent.outlook?.({ news: proxies, olds: undefined, signal });
    assert.deepEqual(first, []);
  });

  const link = { link: "east", credentials: "1", revoked: false, triggers: ["uid-1"] };
  it("names the Links that pause, restart their controllers, or end", async () => {
    const said = async (changes: PropertyMap) =>
      ((await about(linkReady, link, changes)) ?? []).join("\n");
    assert.match(await said({ credentials: "2" }), /the Link to east gets other credentials/);
    assert.match(await said({ triggers: [unknown] }), /the Link to east pauses/);
    assert.match(await said({ revoked: true, credentials: "2" }), /^the Link to east ends/);
    assert.equal(await said({}), "");
  });
});
