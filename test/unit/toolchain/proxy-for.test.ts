import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { proxyFor } from "../../../system/proxy-for.ts";

const env = { HTTPS_PROXY: "http://proxy.test:3128", HTTP_PROXY: "plain.test:80" };

describe("the proxy that the environment names", () => {
  test("is the one for the URL's scheme, in upper or lower case, with a scheme of its own", () => {
    assert.equal(proxyFor("https://api.test", env), "http://proxy.test:3128");
    assert.equal(proxyFor("http://api.test", env), "http://plain.test:80");
    assert.equal(
      proxyFor("https://api.test", { https_proxy: "http://low.test" }),
      "http://low.test",
    );
    assert.equal(proxyFor("https://api.test", { HTTP_PROXY: "http://plain.test" }), undefined);
    assert.equal(proxyFor("https://api.test", { HTTPS_PROXY: "" }), undefined);
  });

  test("never leads to this machine itself", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.0.1", "[::1]"]) {
      assert.equal(proxyFor(`https://${host}:6443`, env), undefined, host);
    }
  });

  test("is of a kind that kubectl knows, or is refused without its password", () => {
    for (const proxy of ["http://p.test", "HTTPS://p.test", "socks5://me:x@p.test:1080"]) {
      assert.equal(proxyFor("https://api.test", { HTTPS_PROXY: proxy }), proxy);
    }
    for (const [proxy, said] of [
      [
        "socks5h://me:hunter2@p.test",
        "names a proxy of the kind socks5h: write http://, https:// or socks5://, which lets the proxy look up names too",
      ],
      [
        "socks4://me:hunter2@p.test",
        "names a proxy of the kind socks4: write http://, https:// or socks5://",
      ],
      ["http://me:hunter2@", "is no URL of a proxy: write one such as socks5://127.0.0.1:1080"],
    ] as const) {
      const look = () => proxyFor("https://api.test", { HTTPS_PROXY: proxy });
      assert.throws(look, { message: `HTTPS_PROXY ${said}` });
    }
  });

  for (const [noProxy, excluded, others] of [
    ["*", ["api.test", "192.0.2.7"], []],
    ["api.test", ["api.test", "east.api.test"], ["rapi.test", "test"]],
    [".api.test, *.lab", ["east.api.test", "west.lab"], ["api.test", "lab"]],
    ["192.0.2.0/24", ["192.0.2.7"], ["192.0.3.7", "192.0.2.7.test"]],
    ["fd00::/8 192.0.2.7", ["[fd00::7]", "192.0.2.7"], ["[2001:db8::1]", "192.0.2.70"]],
    ["api.test:6443", ["api.test:6443"], ["api.test", "api.test:443"]],
    ["api.test:443", ["api.test", "api.test:443"], ["api.test:6443"]],
    ["192.0.2.7:6443", ["192.0.2.7:6443"], ["192.0.2.7:443"]],
    ["", [], ["api.test"]],
  ] as const) {
    test(`is not asked for what NO_PROXY=${noProxy || "(empty)"} names`, () => {
      const through = (host: string) => proxyFor(`https://${host}/`, { ...env, NO_PROXY: noProxy });
      for (const host of excluded) assert.equal(through(host), undefined, host);
      for (const host of others) assert.equal(through(host), "http://proxy.test:3128", host);
    });
  }
});
