import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readAssets } from "../../../ui/assets.ts";
import { Live, looksAt } from "../../../ui/live.ts";
import type { PageModel } from "../../../ui/model.ts";
import { servePage } from "../../../ui/server.ts";
import type { PageServer } from "../../../ui/server.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { meshOfTwo } from "../verification/planned.ts";
import { thoroughCluster } from "../verification/thorough-cluster.ts";

/** Reads the events of a page until it has a model. */
async function firstModel(
  url: string,
): Promise<{ readonly model: PageModel; readonly text: string }> {
  const controller = new AbortController();
  const response = await fetch(new URL("events", url), { signal: controller.signal });
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { value, done } = await reader.read();
    assert.ok(!done, text);
    text += value;
    const [, data] = /event: model\ndata: (.*)\n\n/.exec(text) ?? [];
    if (data === undefined) continue;
    controller.abort();
    return { model: JSON.parse(data) as PageModel, text };
  }
}

describe("the page of two running clusters", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  let live: Live;
  let server: PageServer;
  before(async () => {
    west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
    live = new Live(looksAt(() => Promise.resolve(meshOfTwo(west, east)), { interval: 50 }));
    server = await servePage({ assets: await readAssets(), listen: live.listen.bind(live) });
  });
  after(async () => {
    await server.close();
    await live.stop();
    await Promise.all([west.stop(), east.stop()]);
  });

  it("is one page, one script and one style, which load nothing from elsewhere", async () => {
    for (const [name, type] of [
      ["", "text/html"],
      ["app.js", "text/javascript"],
      ["app.css", "text/css"],
      ["icon.svg", "image/svg+xml"],
    ] as const) {
      const response = await fetch(new URL(name, server.url));
      assert.equal(response.status, 200, name);
      assert.ok(response.headers.get("content-type")?.startsWith(type), name);
      const text = await response.text();
      const addresses = text.match(/(?:src|href|url)\s*[=(]\s*["']?https?:[^"')\s]+/g) ?? [];
      assert.deepEqual(addresses, [], name);
    }
  });

  it("shows what runs, asks for nothing to be changed, and holds no secret", async () => {
    const { model, text } = await firstModel(server.url);
    assert.equal(model.topology, "two");
    assert.deepEqual(
      model.links.map(({ id, state }) => [id, state]),
      [
        ["west → east", "alive"],
        ["east → west", "alive"],
      ],
    );
    assert.ok(model.checks.some(({ check }) => check === "webhooks-trusted"));
    // The kubeconfigs' token, and the issuer's key.
    assert.doesNotMatch(text, /hunter2|PRIVATE KEY|Bearer/);
    const changing = [...west.requests, ...east.requests].filter(
      (one) =>
        !one.startsWith("GET ") &&
        !/^POST .*\/(pods|serviceprofiles|networkauthentications)$/.test(one),
    );
    assert.deepEqual(changing, []);
  });

  it("asks nothing once it is closed", async () => {
    await live.stop();
    const count = west.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(west.requests.length, count);
  });
});
