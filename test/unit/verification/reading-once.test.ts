import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import { readingOnce } from "../../../kubernetes/reading-once.ts";

const late = new KubernetesApiError("GET x", undefined, "ETIMEDOUT", "nothing within 20 s");
const refused = new KubernetesApiError("GET x", 403, "Forbidden", "no");

/** An API whose reads give these, one after the other, and then their number. */
function apiOf(...errors: readonly Error[]) {
  const asked: string[] = [];
  const read = (path: string): Promise<unknown> => {
    asked.push(path);
    const error = errors[asked.length - 1];
    return error === undefined ? Promise.resolve(asked.length) : Promise.reject(error);
  };
  const api = { get: read, text: read, post: read } as unknown as KubernetesApi;
  return { api: readingOnce(api), asked };
}

describe("one look at a cluster", () => {
  it("reads the same once, and something else by itself", async () => {
    const { api, asked } = apiOf();
    await Promise.all([api.get("/a"), api.get("/a"), api.get("/a", { labelSelector: "x" })]);
    await api.text("/a");
    assert.equal(asked.length, 3);
  });

  it("sends what may change something as often as it is told to", async () => {
    const { api, asked } = apiOf();
    await Promise.all([api.post("/a", {}), api.post("/a", {})]);
    assert.equal(asked.length, 2);
  });

  it("asks once more for what wasn't answered in time, and for nothing else", async () => {
    const one = apiOf(late);
    assert.equal(await one.api.get("/a"), 2);
    const twice = apiOf(late, late);
    await assert.rejects(twice.api.get("/a"), late);
    assert.equal(twice.asked.length, 2);
    const other = apiOf(refused);
    await assert.rejects(other.api.get("/a"), refused);
    assert.equal(other.asked.length, 1);
  });
});
