import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { conditionsOf, formatCondition, selects } from "../../../planning/links/label-selector.ts";
import type { LabelCondition } from "../../../planning/links/label-selector.ts";
import { solveLabels } from "../../../planning/links/solve-labels.ts";

describe("a label selector", () => {
  const labels = { team: "a", stage: "prod" };
  const operator = (key: string, operator: LabelCondition["operator"], ...values: string[]) => ({
    matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
  });

  it("selects what meets all of its conditions", () => {
    assert.ok(selects({ matchLabels: { team: "a", stage: "prod" } }, labels));
    assert.ok(!selects({ matchLabels: { team: "a", stage: "test" } }, labels));
    assert.ok(
      !selects({ matchLabels: { team: "a" }, ...operator("stage", "NotIn", "prod") }, labels),
    );
    assert.ok(selects(operator("team", "In", "b", "a"), labels));
    assert.ok(!selects(operator("zone", "In", "a"), labels));
    assert.ok(selects(operator("zone", "NotIn", "a"), labels));
    assert.ok(selects(operator("team", "Exists"), labels));
    assert.ok(!selects(operator("zone", "Exists"), labels));
    assert.ok(!selects(operator("team", "DoesNotExist"), labels));
    assert.ok(selects(operator("zone", "DoesNotExist"), labels));
  });

  it("selects nothing where it is empty, as in Linkerd", () => {
    for (const selector of [undefined, {}, { matchLabels: {} }, { matchExpressions: [] }]) {
      assert.ok(!selects(selector, labels));
    }
  });

  it("is written as kubectl writes it", () => {
    const selector = {
      matchLabels: { team: "a" },
      matchExpressions: [
        ...operator("stage", "In", "a", "b").matchExpressions,
        ...operator("stage", "NotIn", "a").matchExpressions,
        ...operator("stage", "NotIn", "a", "b").matchExpressions,
        ...operator("zone", "Exists").matchExpressions,
        ...operator("zone", "DoesNotExist").matchExpressions,
      ],
    };
    assert.deepEqual(conditionsOf(selector).map(formatCondition), [
      "team=a",
      "stage in (a, b)",
      "stage!=a",
      "stage notin (a, b)",
      "zone",
      "!zone",
    ]);
  });
});

describe("labels for several selectors", () => {
  const value = fc.constantFrom("true", "a", "b");
  const condition: fc.Arbitrary<LabelCondition> = fc.oneof(
    fc.record({
      key: fc.constantFrom("team", "stage"),
      operator: fc.constantFrom("In" as const, "NotIn" as const),
      values: fc.uniqueArray(value, { minLength: 1 }),
    }),
    fc.record({
      key: fc.constantFrom("team", "stage"),
      operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
      values: fc.constant([]),
    }),
  );
  const possible = [undefined, "true", "a", "b", "another"];
  const everyLabels = possible.flatMap((team) =>
    possible.map((stage) => ({
      ...(team !== undefined && { team }),
      ...(stage !== undefined && { stage }),
    })),
  );

  it("meet all of them, or there are none that could", () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 6 }), (conditions) => {
        const { labels, conflicts } = solveLabels(
          conditions.map((one) => ({ condition: one, origin: undefined })),
        );
        const selector = { matchExpressions: conditions };
        if (conflicts.length === 0) assert.ok(selects(selector, labels));
        else assert.ok(!everyLabels.some((some) => selects(selector, some)));
      }),
      { numRuns: 500 },
    );
  });
});
