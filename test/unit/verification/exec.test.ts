import assert from "node:assert/strict";
import type { IncomingMessage, Server } from "node:http";
import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { connect } from "../../../kubernetes/connect.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";

/** What is used of `ws`, which the Kubernetes library speaks through and which has no types here. */
interface Socket {
  on(event: "message", listener: (data: Buffer) => void): void;
  send(data: Buffer): void;
  close(): void;
}
interface Sockets {
  on(event: "connection", listener: (socket: Socket, request: IncomingMessage) => void): void;
  close(): void;
}
const { WebSocketServer } = createRequire(import.meta.url)("ws") as {
  WebSocketServer: new (options: { server: Server; handleProtocols: () => string }) => Sockets;
};

const [stdinChannel, stdoutChannel, statusChannel, closeChannel] = [0, 1, 3, 255];
const secret = "hunter2";

describe("a command in a pod", () => {
  let server: Server;
  let sockets: Sockets;
  let protocol = "v5.channel.k8s.io";
  let urls: URL[] = [];
  /** What the pod does when its input ends. */
  let pod: (socket: Socket, input: string) => void;

  const message = (channel: number, text: string) =>
    Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const api = () => {
    const { port } = server.address() as AddressInfo;
    const kubeconfig = {
      clusters: [
        {
          name: "c",
          cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
        },
      ],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    return connect({ kubeconfig: JSON.stringify(kubeconfig) });
  };
  const run = async (limit?: number) =>
    (await api()).exec({
      namespace: "ns",
      pod: "client",
      container: "agnhost",
      command: ["curl", "--config", "-"],
      stdin: secret,
      ...(limit !== undefined && { limit }),
    });

  before(async () => {
    server = http.createServer((_, response) => response.writeHead(404).end());
    sockets = new WebSocketServer({ server, handleProtocols: () => protocol });
    sockets.on("connection", (socket, { url = "" }) => {
      urls.push(new URL(url, "http://pod"));
      let input = "";
      socket.on("message", (data) => {
        if (data[0] === stdinChannel) input += data.subarray(1).toString();
        if (data[0] === closeChannel) pod(socket, input);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    sockets.close();
    server.closeAllConnections();
    server.close();
  });

  test("reads its input to the end; the input stands in no URL", async () => {
    urls = [];
    pod = (socket, input) => {
      socket.send(message(stdoutChannel, `read ${input.length}`));
      socket.send(Buffer.from([closeChannel, stdoutChannel]));
      socket.send(message(statusChannel, JSON.stringify({ status: "Success" })));
    };
    assert.deepEqual(await run(), { stdout: "read 7", stderr: "", exitCode: 0 });
    assert.deepEqual(urls[0]?.searchParams.getAll("command"), ["curl", "--config", "-"]);
    assert.ok(!urls.some(({ href }) => href.includes(secret)));
  });

  test("another exit code is an answer", async () => {
    pod = (socket) => {
      const causes = [{ reason: "ExitCode", message: "6" }];
      const status = { status: "Failure", reason: "NonZeroExitCode", details: { causes } };
      socket.send(message(statusChannel, JSON.stringify(status)));
    };
    assert.equal((await run()).exitCode, 6);
  });

  test("a command that can't be started is an error with the node's words", async () => {
    pod = (socket) => {
      const status = { status: "Failure", message: "container not found" };
      socket.send(message(statusChannel, JSON.stringify(status)));
    };
    await assert.rejects(run(), (error: KubernetesApiError) => {
      assert.ok(error instanceof KubernetesApiError);
      assert.match(
        error.message,
        /exec in container agnhost of pod ns\/client .*container not found/,
      );
      assert.ok(!error.message.includes(secret));
      return true;
    });
  });

  test("a connection that is cut, and a command that doesn't end", async () => {
    pod = (socket) => {
      socket.close();
    };
    await assert.rejects(run(), /closed before the command ended/);
    pod = () => undefined;
    await assert.rejects(run(200), /nothing within 0\.2 s/);
  });

  test("an API server that can't end a command's input is told so", async () => {
    protocol = "v4.channel.k8s.io";
    await assert.rejects(run(), /input for commands needs Kubernetes 1\.30/);
  });
});
