import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { connect } from "../../../kubernetes/connect.ts";
import { readClusterUid } from "../../../kubernetes/known-cluster.ts";
import { clusterIdentity } from "../../../providers/mesh/cluster-identity.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { testContext } from "../mesh/context.ts";
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
    const seen: string[] = [];
    const proxy = http.createServer();
    proxy.on("connect", ({ url = "" }: http.IncomingMessage, client: net.Socket) => {
      seen.push(url);
      const { hostname, port } = new URL(`http://${url}`);
      const upstream = net.connect(Number(port), hostname, () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      client.on("error", () => upstream.destroy());
      upstream.on("error", () => client.destroy());
    });
    await write({ "proxy-url": `http://127.0.0.1:${String(await listen(proxy))}` });
    assert.deepEqual(await changes(before), {});
    assert.ok(seen.length > 0, "the proxy was passed by");
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
