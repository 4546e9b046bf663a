import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { connect } from "../../../kubernetes/connect.ts";
import { readClusterUid } from "../../../kubernetes/known-cluster.ts";
import { clusterIdentity } from "../../../providers/mesh/cluster-identity.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { testContext } from "../mesh/context.ts";
import { socksProxy } from "../socks-proxy.ts";
import { selfSigned } from "../kind/self-signed.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

describe("the way into a cluster", () => {
  let fake: FakeKubernetes;
  let directory: string;
  let kubeconfigPath: string;
  const servers: net.Server[] = [];
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    directory = await temporaryDirectory("ways");
    kubeconfigPath = path.join(directory, "kubeconfig");
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await fake.stop();
    await rm(directory, { recursive: true });
  });

  const write = (cluster: object = {}, user: object = { token: "hunter2" }): Promise<void> =>
    writeFile(
      kubeconfigPath,
      JSON.stringify({
        clusters: [
          {
            name: "a",
            cluster: { server: fake.address, "insecure-skip-tls-verify": true, ...cluster },
          },
        ],
        users: [{ name: "me", user }],
        contexts: ["a", "again"].map((name) => ({ name, context: { cluster: "a", user: "me" } })),
        "current-context": "a",
      }),
    );
  const look = async () => readClusterUid(await connect({ kubeconfigPath }));
  const listen = async (server: net.Server): Promise<number> => {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  /** A proxy that leads to one server, whichever it is asked for. */
  const proxyTo = async (address: () => string): Promise<{ port: number; seen: string[] }> => {
    const seen: string[] = [];
    const proxy = http.createServer();
    proxy.on("connect", ({ url = "" }: http.IncomingMessage, client: net.Socket) => {
      seen.push(url);
      const upstream = net.connect(Number(new URL(address()).port), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      client.on("error", () => upstream.destroy());
      upstream.on("error", () => client.destroy());
    });
    return { port: await listen(proxy), seen };
  };
  /** The lower-case names come first, so that they are taken away. */
  const withVariables = async (
    variables: Readonly<Record<string, string>>,
    act: () => Promise<void>,
  ): Promise<void> => {
    const before = { ...process.env };
    for (const name of Object.keys(variables))
      Reflect.deleteProperty(process.env, name.toLowerCase());
    Object.assign(process.env, variables);
    try {
      await act();
    } finally {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  };
  const { context } = testContext();
  const identity = async (named?: string) => {
    const inputs = { kubeconfigPath, ...(named !== undefined && { context: named }) };
    const { urn } = context;
    const { outputs } = await clusterIdentity.create({ urn, inputs }, context);
    return { inputs, outputs, urn };
  };
  const changes = async (before: Awaited<ReturnType<typeof identity>>, named?: string) =>
    (
      await clusterIdentity.diff({
        id: "cluster",
        urn: before.urn,
        oldInputs: before.inputs,
        oldOutputs: before.outputs,
        newInputs: { kubeconfigPath, ...(named !== undefined && { context: named }) },
      })
    ).changes;

  it("may lead through another port, and is the same cluster's", async () => {
    await write();
    const before = await identity();
    const port = await listen(
      net.createServer((client) => {
        const upstream = net.connect(Number(new URL(fake.address).port), "127.0.0.1");
        client.pipe(upstream).pipe(client);
        client.on("error", () => upstream.destroy());
        upstream.on("error", () => client.destroy());
      }),
    );
    await write({ server: `http://127.0.0.1:${String(port)}` });
    assert.deepEqual(await changes(before), {});
  });

  it("may lead through a proxy, and is the same cluster's", async () => {
    await write();
    const before = await identity();
    const { port, seen } = await proxyTo(() => fake.address);
    await write({ "proxy-url": `http://127.0.0.1:${String(port)}` });
    assert.deepEqual(await changes(before), {});
    assert.ok(seen.length > 0, "the proxy was passed by");
  });

  it("leads through the proxy that the environment names, as kubectl's does", async () => {
    const { port, seen } = await proxyTo(() => fake.address);
    await write({ server: "http://api.test:6443" });
    await withVariables(
      { HTTP_PROXY: `http://127.0.0.1:${String(port)}`, NO_PROXY: "" },
      async () => {
        assert.equal(await look(), fake.uid);
        assert.deepEqual(seen, ["api.test:6443"]);
        // Nor is this machine itself, or what NO_PROXY names, asked that way.
        await write();
        assert.equal(await look(), fake.uid);
        assert.equal(seen.length, 1);
      },
    );
    await write({ server: "http://192.0.2.7:6443" });
    const excluded = { HTTP_PROXY: `http://127.0.0.1:${String(port)}`, NO_PROXY: "192.0.2.0/24" };
    await withVariables(excluded, async () => {
      const api = await connect({ kubeconfigPath }, { signal: AbortSignal.timeout(300) });
      await assert.rejects(api.get("/version"));
      assert.equal(seen.length, 1);
    });
  });

  it("leads through a SOCKS proxy, which looks up the server's name", async () => {
    const seen: string[] = [];
    const port = await listen(socksProxy(() => Number(new URL(fake.address).port), seen));
    const proxy = `socks5://127.0.0.1:${String(port)}`;
    await write({ server: "http://api.test:6443", "proxy-url": proxy });
    assert.equal(await look(), fake.uid);
    await write({ server: "http://192.0.2.7:6443" });
    await withVariables({ HTTP_PROXY: proxy, NO_PROXY: "" }, async () => {
      assert.equal(await look(), fake.uid);
    });
    assert.deepEqual(seen, ["api.test:6443", "192.0.2.7:6443"]);
  });

  it("is refused through a proxy that kubectl doesn't know", async () => {
    await write({ "proxy-url": "socks4://me:hunter2@127.0.0.1:1" });
    await assert.rejects(look(), (error: Error) => {
      assert.match(
        error.message,
        /^proxy-url of the context "a" of \S+ names a proxy of the kind socks4: write .* socks5:\/\/$/,
      );
      return true;
    });
    await write({ server: "http://api.test:6443" });
    await withVariables({ HTTP_PROXY: "ftp://127.0.0.1:1", NO_PROXY: "" }, async () => {
      await assert.rejects(look(), /HTTP_PROXY names a proxy of the kind ftp: write/);
    });
  });

  it("trusts the authorities of the machine where the kubeconfig names none", async () => {
    const { certificate: cert, key } = selfSigned();
    const server = https.createServer({ cert, key }, (_, response) => {
      response.end(JSON.stringify({ metadata: { uid: "behind-tls" } }));
    });
    const port = await listen(server);
    await write({
      server: `https://127.0.0.1:${String(port)}`,
      "insecure-skip-tls-verify": undefined,
    });
    await assert.rejects(look(), /self-signed|SELF_SIGNED/);
    const file = path.join(directory, "authorities.crt");
    await writeFile(file, cert);
    await withVariables({ SSL_CERT_FILE: file }, async () => {
      assert.equal(await look(), "behind-tls");
    });
    server.closeAllConnections();
  });

  it("is refused where the cluster was deleted and made again under its address", async () => {
    await write();
    const before = await identity();
    fake.uid = "another";
    await assert.rejects(changes(before), /leads to a different cluster.*UID another/);
  });

  it("by another context is the same cluster's: nothing is replaced", async () => {
    await write();
    const [before, again] = [await identity("a"), await identity("again")];
    assert.equal(again.outputs["uid"], before.outputs["uid"]);
    const { usedContext, uid } = await changes(before, "again");
    assert.equal(uid, undefined);
    assert.deepEqual(usedContext, { kind: "update" });
  });

  it("may have credentials of a plug-in, whose path starts at the kubeconfig", async () => {
    await mkdir(path.join(directory, "bin"));
    const plugin = path.join(directory, "bin", "credentials");
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "of-the-plug-in" },
    };
    await writeFile(
      plugin,
      `#!/bin/sh\necho "$@" >> ${directory}/asked\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`,
    );
    await chmod(plugin, 0o755);
    const exec = { apiVersion: credential.apiVersion, command: "./bin/credentials", args: ["get"] };
    await write({}, { exec });
    assert.equal(await look(), fake.uid);
    assert.equal((await identity()).outputs["uid"], fake.uid);
    assert.match(await readFile(path.join(directory, "asked"), "utf8"), /^get\n/);
    assert.ok(fake.authorizations.includes("Bearer of-the-plug-in"));
  });

  it("asks a plug-in again once its credentials have ended", async () => {
    const plugin = path.join(directory, "credentials");
    const credential = (token: string) =>
      JSON.stringify({
        apiVersion: "client.authentication.k8s.io/v1",
        kind: "ExecCredential",
        status: { token },
      });
    const give = async (token: string): Promise<void> => {
      await writeFile(plugin, `#!/bin/sh\necho '${credential(token)}'\n`);
      await chmod(plugin, 0o755);
    };
    let valid = "first";
    fake.answers.set("/version", () =>
      fake.authorizations.at(-1) === `Bearer ${valid}`
        ? { status: 200, body: { gitVersion: "v1.34.2" } }
        : { status: 401, body: { reason: "Unauthorized", message: "Unauthorized" } },
    );
    await give("first");
    await write({}, { exec: { command: "./credentials" } });
    const api = await connect({ kubeconfigPath });
    await api.get("/version");
    valid = "second";
    await give("second");
    await Promise.all([api.get("/version"), api.get("/version"), api.get("/version")]);
    // Credentials that are refused anew are an error, not asked for without end.
    valid = "nobody's";
    fake.requests.length = 0;
    await assert.rejects(api.get("/version"), /401/);
    assert.equal(fake.requests.length, 2);
  });

  it("does not try a lasting token twice", async () => {
    fake.answers.set("/version", { status: 401, body: "Unauthorized" });
    await write();
    const api = await connect({ kubeconfigPath });
    await assert.rejects(api.get("/version"), /401/);
    assert.equal(fake.requests.length, 1);
  });

  it("says which plug-in is missing, or failed", async () => {
    await write({}, { exec: { command: "no-such-plug-in" } });
    await assert.rejects(
      look(),
      /credentials of the context "a".*no plug-in no-such-plug-in.*PATH/,
    );
    await writeFile(path.join(directory, "refuses"), "#!/bin/sh\necho log in first >&2\nexit 1\n");
    await chmod(path.join(directory, "refuses"), 0o755);
    await write({}, { exec: { command: "./refuses" } });
    await assert.rejects(look(), /the plug-in .*\/refuses failed: log in first/);
  });

  it("may have a token in a file beside the kubeconfig", async () => {
    await writeFile(path.join(directory, "token"), "of-the-file");
    await write({}, { tokenFile: "token" });
    assert.equal(await look(), fake.uid);
    assert.ok(fake.authorizations.includes("Bearer of-the-file"));
  });

  it("may have certificates beside the kubeconfig", async () => {
    await write({ "certificate-authority": "authority.crt" });
    // Whether it holds an authority is not looked at without TLS: that it is read is.
    await assert.rejects(look(), new RegExp(`${directory}/authority.crt`));
    await writeFile(path.join(directory, "authority.crt"), "");
    assert.equal(await look(), fake.uid);
  });
});
