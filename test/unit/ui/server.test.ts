import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import type { Listener } from "../../../ui/live.ts";
import { servePage } from "../../../ui/server.ts";
import type { PageServer } from "../../../ui/server.ts";

const page = Buffer.from("<!doctype html>the page");
const assets = new Map([["index.html", { type: "text/html; charset=utf-8", content: page }]]);

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

describe("the server of the live page", () => {
  let server: PageServer;
  let listeners = 0;
  let tell: Listener = () => undefined;
  before(async () => {
    server = await servePage({
      assets,
      listen: (listener) => {
        listeners += 1;
        tell = listener;
        listener("state", { state: "looking" });
        return () => {
          listeners -= 1;
        };
      },
    });
  });
  after(() => server.close());

  const ask = (
    path: string | undefined,
    options: { readonly method?: string; readonly headers?: http.OutgoingHttpHeaders } = {},
  ): Promise<Answer> => {
    const url = new URL(server.url);
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: url.hostname,
          port: url.port,
          path: path ?? url.pathname,
          agent: false,
          ...options,
        },
        (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (body += chunk));
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      request.on("error", reject);
      request.end();
    });
  };
  const count = (): number => listeners;
  const host = (): string => new URL(server.url).host;
  const token = (): string => new URL(server.url).pathname.slice(1, -1);

  it("serves the page on the loopback address, below a token", async () => {
    const { hostname } = new URL(server.url);
    assert.equal(hostname, "127.0.0.1");
    assert.match(token(), /^[\w-]{32}$/);
    const { status, body, headers } = await ask(undefined);
    assert.equal(status, 200);
    assert.equal(body, page.toString());
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
  });

  it("gives every server another token", async () => {
    const other = await servePage({ assets, listen: () => () => undefined });
    assert.notEqual(new URL(other.url).pathname, new URL(server.url).pathname);
    await other.close();
  });

  const refused: readonly (readonly [
    what: string,
    ask: () => Parameters<typeof ask>,
    status: number,
  ])[] = [
    ["no token", () => ["/"], 404],
    ["another token", () => [`/${"x".repeat(32)}/`], 404],
    ["a part of the token", () => [`/${token().slice(0, -1)}/`], 404],
    ["a file that it doesn't have", () => [`/${token()}/package.json`], 404],
    ["a path that leads out", () => [`/${token()}/../package.json`], 404],
    ["an encoded path that leads out", () => [`/${token()}/%2e%2e%2fpackage.json`], 404],
    ["another host", () => [undefined, { headers: { host: "evil.example" } }], 421],
    [
      "a host that only begins like this one",
      () => [undefined, { headers: { host: `${host()}.evil.example` } }],
      421,
    ],
    ["another port", () => [undefined, { headers: { host: "127.0.0.1:1" } }], 421],
    ["another origin", () => [undefined, { headers: { origin: "http://evil.example" } }], 403],
    ["an origin without a name", () => [undefined, { headers: { origin: "null" } }], 403],
    [
      "another origin on the same machine",
      () => [undefined, { headers: { origin: "http://127.0.0.1:1" } }],
      403,
    ],
    [
      "another site's request",
      () => [undefined, { headers: { "sec-fetch-site": "cross-site" } }],
      403,
    ],
    [
      "a request of the same site's other origin",
      () => [undefined, { headers: { "sec-fetch-site": "same-site" } }],
      403,
    ],
    ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(
      (method) =>
        [`the method ${method}`, () => [undefined, { method }], 405] as (typeof refused)[number],
    ),
  ];
  for (const [what, how, status] of refused) {
    it(`refuses ${what}`, async () => {
      const answer = await ask(...how());
      assert.equal(answer.status, status);
      assert.doesNotMatch(answer.body, /the page/);
    });
  }

  it("takes the page's own requests, and this machine's other name", async () => {
    const port = new URL(server.url).port;
    const own = { origin: `http://${host()}`, "sec-fetch-site": "same-origin" };
    assert.equal((await ask(undefined, { headers: own })).status, 200);
    assert.equal((await ask(undefined, { headers: { host: `localhost:${port}` } })).status, 200);
    assert.equal((await ask(undefined, { headers: { "sec-fetch-site": "none" } })).status, 200);
    assert.equal((await ask(undefined, { method: "HEAD" })).body, "");
  });

  it("lets a page run its own script alone, and nobody frame, keep or read it, whatever it answers", async () => {
    for (const path of [undefined, "/"]) {
      const { headers } = await ask(path);
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });

  it("sends events for as long as a page is open", async () => {
    const url = new URL("events", server.url);
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.ok(response.body);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) {
        const { value, done } = await reader.read();
        assert.ok(!done, text);
        text += value;
      }
    };
    await until(/event: state\ndata: \{"state":"looking"\}\n\n/);
    assert.equal(count(), 1);
    tell("state", { state: "failed", message: "two\nlines" });
    await until(/event: state\ndata: \{"state":"failed","message":"two\\nlines"\}\n\n/);
    controller.abort();
    await reader.read().catch(() => undefined);
    for (let tries = 0; count() > 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(count(), 0);
  });

  it("has a limit of open pages", async () => {
    const controllers = Array.from({ length: 16 }, () => new AbortController());
    for (const { signal } of controllers) {
      assert.equal((await fetch(new URL("events", server.url), { signal })).status, 200);
    }
    const { status, body } = await ask(`${new URL(server.url).pathname}events`);
    assert.equal(status, 503);
    assert.match(body, /close one/);
    for (const controller of controllers) controller.abort();
  });

  it("frees its port although a page is open", async () => {
    const other = await servePage({ assets, listen: () => () => undefined });
    const port = Number(new URL(other.url).port);
    const open = await fetch(new URL("events", other.url));
    await other.close();
    await open.text().catch(() => undefined);
    const again = await servePage({ assets, listen: () => () => undefined, port });
    await assert.rejects(servePage({ assets, listen: () => () => undefined, port }), {
      code: "EADDRINUSE",
    });
    await again.close();
  });
});
