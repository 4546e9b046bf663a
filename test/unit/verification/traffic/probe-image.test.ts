import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesApi } from "../../../../kubernetes/api.ts";
import { defaultProbeImage } from "../../../../verification/traffic/names.ts";
import { imageFor } from "../../../../verification/traffic/workloads.ts";

/** @param nodes what each has as `status.images[].names` */
async function chosen(...nodes: (string[] | null)[][]): Promise<string> {
  const items = nodes.map((images) => ({ status: { images: images.map((names) => ({ names })) } }));
  const api = { get: () => Promise.resolve({ items }) } as unknown as KubernetesApi;
  return imageFor(api);
}

const local = "localhost/own/agnhost:2.56";

test("an agnhost that every node has is taken", async () => {
  assert.equal(await chosen([["other:1"], [local]], [[local]]), local);
});

test("what only some nodes have is not", async () => {
  assert.equal(await chosen([[local]], [["other:1"]]), defaultProbeImage);
});

test("an image without a name, which a node's status has as null, is no obstacle", async () => {
  assert.equal(await chosen([null, [local]]), local);
});

test("that of Kubernetes' registry goes first", async () => {
  assert.equal(await chosen([[local], [defaultProbeImage]]), defaultProbeImage);
});
