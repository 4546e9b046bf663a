import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import { everythingMayPass, TimeLimitReached, waitFor } from "../../../kubernetes/wait.ts";

describe("waitFor", () => {
  it("tells what was awaited, what was seen last and how to look further", async () => {
    let looks = 0;
    await assert.rejects(
      waitFor({
        what: "the thing",
        limit: 300,
        longest: 10,
        mayPass: everythingMayPass,
        further: "Look there.",
        look: () => {
          looks++;
          return looks > 2
            ? Promise.reject(new Error("it hides"))
            : Promise.resolve({ done: false, seen: "nearly" });
        },
      }),
      (error) =>
        error instanceof TimeLimitReached &&
        error.message === "the thing: timed out after 0.3 s. Seen last: it hides. Look there.",
    );
    assert.ok(looks > 2);
  });

  it("cuts off a look that hangs, and tells what the one before it saw", async () => {
    let looks = 0;
    const waiting = waitFor({
      what: "the thing",
      limit: 200,
      longest: 10,
      mayPass: everythingMayPass,
      look: async (signal) => {
        if (++looks === 1) return { done: false, seen: "nearly" };
        await sleep(60_000, undefined, { signal });
        return { done: true, value: undefined };
      },
    });
    await assert.rejects(waiting, {
      message: "the thing: timed out after 0.2 s. Seen last: nearly.",
    });
  });

  for (const limit of [0.5, 0, -3]) {
    it(`looks once where ${limit} ms are left`, async () => {
      const look = () => Promise.resolve({ done: true as const, value: "there" });
      assert.equal(await waitFor({ what: "the thing", limit, look }), "there");
    });
  }

  it("ends at once with an error that may not pass", async () => {
    const broken = new Error("broken");
    const waiting = waitFor({ what: "x", limit: 60_000, look: () => Promise.reject(broken) });
    await assert.rejects(waiting, broken);
  });

  it("ends at once where an API server refuses the credentials", async () => {
    const refused = new KubernetesApiError("GET /", 401, "Unauthorized", "no");
    const waiting = waitFor({ what: "x", limit: 60_000, look: () => Promise.reject(refused) });
    await assert.rejects(waiting, /^Error: x: the credentials are refused/);
  });

  it("stops at once when it is interrupted", async () => {
    const controller = new AbortController();
    const waiting = waitFor({
      what: "x",
      limit: 60_000,
      longest: 60_000,
      signal: controller.signal,
      look: () => Promise.resolve({ done: false, seen: "no" }),
    });
    controller.abort(new Error("interrupted"));
    await assert.rejects(waiting, /interrupted/);
  });
});
