import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { knownStacks, readTopology } from "../../../environments/stacks.ts";
import { countResources } from "../../../planning/count-resources.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import { expectedNames } from "../../engine/expected-resources.ts";

describe("the number of resources", () => {
  test("is that of what the components make, for every ready-made stack", async () => {
    for (const stack of await knownStacks()) {
      const plan = planOrThrow(await readTopology(stack), { name: stack.name });
      const named = expectedNames(plan).filter(
        (name) => !/^pulumi:providers:\S+ default/.test(name),
      );
      assert.equal(countResources(plan), named.length, stack.name);
    }
  });

  test("is not told where a cluster exists already", () => {
    const clusters = [{ name: "west" }, { name: "staging", kubeconfig: "/k" }];
    assert.equal(countResources(planOrThrow({ clusters }, { name: "lab" })), undefined);
  });
});
