import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Query } from "../../../kubernetes/api.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import { listAll } from "../../../kubernetes/list-all.ts";

const path = "/api/v1/pods";

/** An API server with so many pods, which answers as real ones do. */
function server(count: number, options: { readonly expiresAt?: number } = {}) {
  const asked: Query[] = [];
  const get = <T>(_: string, query: Query = {}): Promise<T> => {
    asked.push(query);
    const from = Number(query["continue"] ?? 0);
    if (from > 0 && from === options.expiresAt) {
      return Promise.reject(new KubernetesApiError(`GET ${path}`, 410, "Expired", "too old"));
    }
    const to = Math.min(count, from + Number(query["limit"] ?? count));
    const items = Array.from({ length: to - from }, (_item, index) => from + index);
    return Promise.resolve({
      metadata: to < count ? { continue: String(to) } : { continue: "" },
      items,
    } as T);
  };
  return { asked, get };
}
const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("a list", () => {
  it("is asked for page by page, each with the same selectors", async () => {
    const api = server(1_201);
    assert.deepEqual(await listAll(api, path, { labelSelector: "a=b" }), all(1_201));
    assert.deepEqual(api.asked, [
      { labelSelector: "a=b", limit: "500" },
      { labelSelector: "a=b", limit: "500", continue: "500" },
      { labelSelector: "a=b", limit: "500", continue: "1000" },
    ]);
  });

  it("that is short is asked for once", async () => {
    const api = server(3);
    assert.deepEqual(await listAll(api, path), all(3));
    assert.equal(api.asked.length, 1);
  });

  it("whose pages are no longer kept is asked for at once: nothing is left out or told twice", async () => {
    const api = server(1_201, { expiresAt: 1_000 });
    assert.deepEqual(await listAll(api, path), all(1_201));
    assert.deepEqual(api.asked.at(-1), {});
  });

  it("is an error where the server refuses, or answers something else", async () => {
    const refusal = new KubernetesApiError(`GET ${path}`, 403, "Forbidden", "no");
    await assert.rejects(listAll({ get: () => Promise.reject(refusal) }, path), refusal);
    const gone = new KubernetesApiError(`GET ${path}`, 410, "Gone", "no");
    await assert.rejects(listAll({ get: () => Promise.reject(gone) }, path), gone);
    const other = { get: <T>() => Promise.resolve({ kind: "Status" } as T) };
    await assert.rejects(listAll(other, path), /GET \/api\/v1\/pods: .*the answer is not a list/);
    const empty = { get: <T>() => Promise.resolve({ items: null } as T) };
    assert.deepEqual(await listAll(empty, path), []);
  });
});
