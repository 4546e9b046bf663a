import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type OutsideCluster, OutsideClusters } from "./outside-clusters.ts";
import { twoContexts } from "./two-contexts.ts";

describe("two clusters in one kubeconfig", { timeout: 1_800_000 }, () => {
  const disposers: (() => Promise<void>)[] = [];
  let story: Awaited<ReturnType<typeof twoContexts>> | undefined;
  before(async () => {
    const outside = await OutsideClusters.create(["ours", "other"]);
    disposers.unshift(() => outside.dispose());
    const pair = outside.clusters as [OutsideCluster, OutsideCluster];
    story = await twoContexts("contexts", pair, outside.sources?.gatewayApi);
    const told = story;
    disposers.unshift(() => told.dispose());
  });
  after(async () => {
    for (const dispose of disposers) await dispose();
  });

  test("a stack in one of them never touches the other", async (context) => {
    for (const step of story?.steps ?? []) {
      let passed = false;
      await context.test(step.title, async () => {
        await step.run();
        passed = true;
      });
      // Each builds on the one before.
      assert.ok(passed, step.title);
    }
  });
});
