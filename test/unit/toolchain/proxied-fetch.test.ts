import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../../temporary.ts";
import { selfSigned } from "../kind/self-signed.ts";
import { openInternet } from "../../../toolchain/internet.ts";
import { codeOf, proxiedFetch } from "../../../system/proxied-fetch.ts";
import { socksProxy } from "../socks-proxy.ts";

const module = new URL("../../../system/proxied-fetch.ts", import.meta.url).href;
/** Long enough for a server on this machine, however busy it is. */
const limit = 60_000;

describe("what the toolchain asks of the network", () => {
  let proxy: Server;
  let port: number;
  const asked: string[] = [];
  before(async () => {
    proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    ({ port } = proxy.address() as AddressInfo);
  });
  after(() => proxy.close());

  test("goes through the proxy that the environment names", async () => {
    for (const name of ["HTTPS_PROXY", "https_proxy"]) {
      asked.length = 0;
      const ask = proxiedFetch({ [name]: `http://127.0.0.1:${port}` });
      assert.equal(await openInternet(ask).isRegistry("registry.test"), false);
      assert.deepEqual(asked, ["registry.test:443"], name);
    }
  });

  test("within a time limit that begins once the client is loaded", async () => {
    asked.length = 0;
    const loadsSlowly =
      "export async function resolve(name, context, next) {" +
      'if (name === "undici") await new Promise((done) => setTimeout(done, 3000));' +
      "return next(name, context); }";
    const program =
      'import { register } from "node:module";' +
      `register("data:text/javascript,${encodeURIComponent(loadsSlowly)}");` +
      `const { proxiedFetch } = await import(${JSON.stringify(module)});` +
      'await proxiedFetch()("https://registry.test/", { limit: 2500 }).catch(() => undefined);';
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    await execa(process.execPath, ["--input-type=module", "--eval", program], { env });
    assert.deepEqual(asked, ["registry.test:443"]);
  });

  test("or through a SOCKS proxy, which looks up names", async () => {
    const seen: string[] = [];
    const { certificate: cert, key } = selfSigned();
    const headers = { "docker-distribution-api-version": "registry/2.0" };
    const registry = createTlsServer({ cert, key }, (_, response) => {
      response.writeHead(200, headers).end();
    });
    const socks = socksProxy(() => (registry.address() as AddressInfo).port, seen);
    const folder = await temporaryDirectory("socks");
    try {
      await Promise.all(
        [registry, socks].map(async (server) => once(server.listen(0, "127.0.0.1"), "listening")),
      );
      const file = path.join(folder, "authorities.crt");
      await writeFile(file, cert);
      const ask = proxiedFetch({
        HTTPS_PROXY: `socks5://127.0.0.1:${(socks.address() as AddressInfo).port}`,
        SSL_CERT_FILE: file,
      });
      const answer = await ask("https://localhost.test/v2/", { limit }).catch(
        (error: unknown) => error,
      );
      // The certificate is for another name: TLS began behind the proxy.
      assert.equal(codeOf(answer), "ERR_TLS_CERT_ALTNAME_INVALID");
      assert.deepEqual(new Set(seen), new Set(["localhost.test:443"]));
    } finally {
      registry.closeAllConnections();
      registry.close();
      socks.close();
      await rm(folder, { recursive: true });
    }
  });

  test("and says which kinds of proxies it knows", async () => {
    const ask = proxiedFetch({ HTTPS_PROXY: "socks4://me:hunter2@127.0.0.1:1" });
    await assert.rejects(
      async () => ask("https://registry.test/", { limit }),
      /^Error: HTTPS_PROXY names a proxy of the kind socks4: write http:\/\/, https:\/\/ or socks5:\/\/$/,
    );
  });

  test("but not to those that NO_PROXY names", async () => {
    asked.length = 0;
    const ask = proxiedFetch({
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
      NO_PROXY: "localhost,.test",
    });
    assert.equal(await openInternet(ask).isRegistry("registry.test"), false);
    assert.deepEqual(asked, []);
  });

  test("nor to those of a subnet that it names, nor to this machine", async () => {
    asked.length = 0;
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "192.0.2.0/24" };
    for (const host of ["192.0.2.7", "localhost:1"]) {
      await assert.rejects(async () => proxiedFetch(env)(`https://${host}/`, { limit: 300 }));
    }
    assert.deepEqual(asked, []);
  });

  test("is Node's own where there is no proxy", async (context) => {
    const answer = new Response("as Node does");
    context.mock.method(globalThis, "fetch", () => Promise.resolve(answer));
    assert.equal(
      await proxiedFetch({ HTTPS_PROXY: "" })("https://registry.test/", { limit }),
      answer,
    );
  });

  test("trusts the authorities that other programs of this machine trust", async () => {
    const { certificate: cert, key } = selfSigned();
    const registry = createTlsServer({ cert, key }, (_, response) => response.end("welcome"));
    const folder = await temporaryDirectory("authorities");
    try {
      await once(registry.listen(0, "127.0.0.1"), "listening");
      const url = `https://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
      const file = path.join(folder, "authorities.crt");
      await assert.rejects(async () => proxiedFetch({ SSL_CERT_FILE: file })(url, { limit }));
      await writeFile(file, cert);
      const answer = await proxiedFetch({ SSL_CERT_FILE: file })(url, { limit });
      assert.equal(await answer.text(), "welcome");
    } finally {
      registry.closeAllConnections();
      registry.close();
      await rm(folder, { recursive: true });
    }
  });

  test("asks a registry that was silent once more where that is wanted", async () => {
    let calls = 0;
    const network = openInternet(() => {
      calls++;
      if (calls === 1) return Promise.reject(new Error("silent"));
      const headers = { "docker-distribution-api-version": "registry/2.0" };
      return Promise.resolve(new Response("", { status: 200, headers }));
    });
    assert.equal(await network.isRegistry("registry.test"), false);
    assert.equal(await network.isRegistry("registry.test"), false);
    assert.equal(await network.isRegistry("registry.test", true), true);
    assert.equal(calls, 2);
  });
});
