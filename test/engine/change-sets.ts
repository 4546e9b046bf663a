import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findStack, readTopology } from "../../environments/stacks.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { Plan } from "../../planning/plan-types.ts";
import type { Topology } from "../../planning/topology.ts";
import { edits } from "./edits.ts";
import { expectedChanges } from "./expected-resources.ts";
import { TestEngine, topologyName, type Update } from "./test-engine.ts";

/**
 * Declares the tests of a ready-made stack's changes: every edit, one on top of the other, changes
 * exactly the resources that it is about. That the `up` before has settled is proved along with it:
 * what it had left to do would be done by the next, and be one change too many there.
 */
export function describeChangeSets(stackName: string): void {
  describe(`every change of the stack ${stackName}`, () => {
    let engine: TestEngine;
    let original: Topology;
    let topology: Topology;
    let plan: Plan;
    before(async () => {
      engine = await TestEngine.start({ inline: true, tls: true });
      original = topology = (await readTopology(await findStack(stackName))) as Topology;
      plan = planned(topology);
    });
    after(async () => {
      await engine.close();
    });

    test("the first up makes what the plan stands for", async () => {
      assertChanges(await engine.up(topology), expectedChanges(undefined, plan));
    });

    for (const edit of edits) {
      test(edit.title, async (context) => {
        const changed = edit.make(topology, plan);
        if (changed === undefined) {
          context.skip("its clusters share no network, so that there is nothing else to choose");
          return;
        }
        const next = planned(changed);
        const plans = { before: plan, after: next };
        topology = changed;
        plan = next;
        const update = await engine.up(changed);
        assertChanges(update, expectedChanges(plans.before, plans.after));
        assertTouched(update, edit.touches(plans), [plans.before, plans.after]);
      });
    }

    test("all that was changed is changed back at once", async () => {
      const next = planned(original);
      assertChanges(await engine.up(original), expectedChanges(plan, next));
      plan = next;
    });

    test("an up without an edit changes nothing and calls no provider", async () => {
      engine.world.takeCalls();
      const { changes } = await engine.up(original);
      assert.deepEqual(changes, []);
      assert.deepEqual(engine.world.takeCalls(), []);
    });
  });
}

function planned(topology: Topology): Plan {
  return planOrThrow(topology, { name: topologyName });
}

/** A resource that is replaced shows as up to three operations. */
function assertChanges({ changes }: Update, expected: readonly string[]): void {
  const replacements = /^(create-replacement|delete-replaced|replace) /;
  const seen = new Set(changes.map((change) => change.replace(replacements, "replace ")));
  const unexpected = [...seen].filter((change) => !expected.includes(change));
  const missing = expected.filter((change) => !seen.has(change));
  assert.deepEqual({ unexpected, missing }, { unexpected: [], missing: [] });
}

/** Nothing is changed in clusters that an edit has nothing to do with. */
function assertTouched(
  { changes }: Update,
  clusters: readonly string[],
  plans: readonly Plan[],
): void {
  const names = new Set(plans.flatMap((plan) => plan.clusters.map(({ name }) => name)));
  for (const other of names) {
    if (clusters.includes(other)) continue;
    const pattern = new RegExp(` ${topologyName}-${other}(-[0-9a-f]{8}|$)`);
    const touched = changes.filter((change) => pattern.test(change));
    assert.deepEqual(touched, [], `${other} was touched`);
  }
}
