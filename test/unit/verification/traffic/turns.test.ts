import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../../../verification/traffic/turns.ts";

test("at most six at once in one cluster, all of them in the end, also after one that failed", async () => {
  const cluster = {};
  let [now, most, done] = [0, 0, 0];
  const runs = Array.from({ length: 20 }, (_, index) =>
    inTurn(cluster, async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done += 1;
      if (index === 3) throw new Error("no answer");
    }),
  );
  const settled = await Promise.allSettled(runs);
  assert.equal(settled.filter(({ status }) => status === "rejected").length, 1);
  assert.deepEqual([most, done], [6, 20]);
});
