import assert from "node:assert/strict";
import http2 from "node:http2";
import { duplexPair } from "node:stream";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import jspb from "google-protobuf";
import type { KubernetesApi } from "../../../../kubernetes/api.ts";
import { askDestination } from "../../../../verification/traffic/destination.ts";
import { readUpdate } from "../../../../verification/traffic/destination-messages.ts";
import { frame, updateOf } from "./destination-server.ts";

describe("what linkerd-destination tells", () => {
  test("added endpoints with their identities, IPv6 too", () => {
    const endpoints = [
      { address: "10.1.0.5", port: 8080, identity: "server.ns" },
      { address: "200.1.2.3", port: 30143, identity: undefined },
      { address: "fd00::1:2", port: 80, identity: "server.ns" },
    ];
    assert.deepEqual(readUpdate(updateOf(endpoints)), {
      added: endpoints,
      removed: [],
      emptied: false,
    });
  });

  test("that there are none", () => {
    const writer = new jspb.BinaryWriter();
    writer.writeMessage(3, {}, () => undefined);
    assert.equal(readUpdate(writer.getResultBuffer()).emptied, true);
  });

  let forwards = 0;
  let server: http2.Http2Server;
  let answer: (stream: http2.ServerHttp2Stream) => void;
  before(() => {
    server = http2.createServer();
    server.on("stream", (stream) => {
      answer(stream);
    });
  });
  after(() => server.close());

  const api = {
    get: () =>
      Promise.resolve({
        items: [
          {
            metadata: { name: "linkerd-destination-1" },
            status: { conditions: [{ type: "Ready", status: "True" }] },
          },
        ],
      }),
    atPort: (_: unknown, use: (connection: unknown, signal: AbortSignal) => unknown) => {
      forwards += 1;
      const [here, there] = duplexPair();
      server.emit("connection", there);
      return use(here, AbortSignal.timeout(10_000));
    },
  } as unknown as KubernetesApi;

  test("cluster by cluster, in frames that are cut anywhere", async () => {
    answer = (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      const [one, two] = ["10.0.0.1", "10.0.0.2"].map((address) =>
        frame(updateOf([{ address, port: 80, identity: "a" }])),
      );
      stream.write(one?.subarray(0, 7));
      setTimeout(
        () => stream.write(Buffer.concat([one?.subarray(7) ?? "", two ?? ""] as Buffer[])),
        20,
      );
    };
    const view = await askDestination(api, "web.ns:80", (found) => found.length === 2);
    assert.deepEqual(
      view.endpoints.map(({ address }) => address),
      ["10.0.0.1", "10.0.0.2"],
    );
  });

  test("what it knows so far, when it falls silent", async () => {
    answer = (stream) => {
      stream.respond({ ":status": 200 });
      stream.write(frame(updateOf([{ address: "10.0.0.1", port: 80, identity: "a" }])));
    };
    const view = await askDestination(api, "web.ns:80", () => false);
    assert.equal(view.endpoints.length, 1);
  });

  test("nothing, of a Service that never had pods, beside what it knows of another one", async () => {
    let asked = 0;
    answer = (stream) => {
      // Nothing at all, not even that it took the question.
      if (asked++ === 0) return;
      stream.respond({ ":status": 200 });
      stream.write(frame(updateOf([{ address: "10.0.0.1", port: 80, identity: "a" }])));
    };
    const views = await Promise.all(
      ["empty.ns:80", "web.ns:80"].map((authority) => askDestination(api, authority, () => false)),
    );
    assert.deepEqual(
      views.map(({ endpoints, refusal }) => [endpoints.length, refusal]),
      [
        [0, undefined],
        [1, undefined],
      ],
    );
  });

  test("of several Services at the same time by one port-forward, each its own", async () => {
    answer = (stream) => {
      stream.respond({ ":status": 200 });
      stream.write(frame(updateOf([{ address: "10.0.0.1", port: 80, identity: "a" }])));
    };
    const before = forwards;
    const views = await Promise.all(
      ["web.ns:80", "api.ns:80", "db.ns:80"].map((authority) =>
        askDestination(api, authority, (found) => found.length === 1),
      ),
    );
    assert.deepEqual(
      views.map(({ endpoints }) => endpoints.length),
      [1, 1, 1],
    );
    assert.equal(forwards - before, 1);
  });

  test("why it refuses", async () => {
    answer = (stream) => {
      stream.respond(
        { ":status": 200, "grpc-status": "5", "grpc-message": "Remote%20cluster not found" },
        { endStream: true },
      );
    };
    const { refusal } = await askDestination(api, "web.ns:80", () => true);
    assert.equal(refusal, "Remote cluster not found");
  });

  describe("and what it should not", () => {
    const never = (): boolean => false;
    const framed = (flag: number, length: number, content: Uint8Array): Buffer => {
      const head = Buffer.alloc(5);
      head.writeUInt8(flag);
      head.writeUInt32BE(length, 1);
      return Buffer.concat([head, content]);
    };
    const unexpected: Readonly<Record<string, Buffer>> = {
      "no protobuf": framed(0, 3, Buffer.from([0x0a, 0xff, 0xff])),
      "an endpoint that ends too early": framed(0, 4, Buffer.from([0x0a, 0x02, 0x0a, 0x7f])),
      "a compressed message": framed(1, 2, Buffer.from([0, 0])),
      "a message without an end": framed(0, 0xffffffff, Buffer.alloc(10)),
      "a page of HTML": Buffer.from("<html>not found</html>"),
    };
    for (const [what, content] of Object.entries(unexpected)) {
      test(`${what} is an error, and the process goes on`, async () => {
        answer = (stream) => {
          stream.respond({ ":status": 200 });
          stream.write(content);
        };
        await assert.rejects(
          askDestination(api, "web.ns:80", never),
          /linkerd-destination answers isn't understood/,
        );
      });
    }

    test("a proxy's refusal, and a reason in no encoding", async () => {
      answer = (stream) => {
        stream.respond({ ":status": 503 }, { endStream: true });
      };
      await assert.rejects(askDestination(api, "web.ns:80", never), /HTTP status 503/);
      answer = (stream) => {
        stream.respond(
          { ":status": 200, "grpc-status": "13", "grpc-message": "100% wrong" },
          { endStream: true },
        );
      };
      assert.equal((await askDestination(api, "web.ns:80", never)).refusal, "100% wrong");
    });

    test("whatever bytes they are, reading them ends", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          try {
            readUpdate(bytes);
          } catch (error) {
            assert.ok(error instanceof Error);
          }
        }),
        { numRuns: 500 },
      );
    });
  });
});
