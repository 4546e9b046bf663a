import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { execa } from "execa";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";

const root = path.resolve(import.meta.dirname, "../..");

// Of each patch in environments/pulumi-patches.ts, the first test shows the SDK as published. Where that one fails the
// SDK does better, and the patch can go.

/** What a process of its own prints that runs a script, with the patches or without. */
async function run(
  script: string,
  { patched, env = {} }: { patched: boolean; env?: Record<string, string> },
): Promise<string> {
  const text = `
    import fs from "node:fs";
    import { createRequire } from "node:module";
    const require = createRequire(process.cwd() + "/");
    const { patchRunner, withPatches } = ${patched ? `await import("./environments/pulumi-patches.ts")` : "{}"};
    ${script}`;
  const arguments_ = ["--input-type=module", "--eval", text];
  return (await execa(process.execPath, arguments_, { cwd: root, env })).stdout;
}

describe("a TypeScript compiler in Pulumi's SDK", () => {
  const loads = `
    const compiler = () => Object.keys(require.cache).some((file) => file.includes("typescript-shim"));
    const pulumi = await import("@pulumi/pulumi");
    console.log(compiler());`;

  test("is loaded whether or not anybody needs it", async () => {
    assert.equal(await run(loads, { patched: false }), "true");
  });

  test("is loaded by the patched one where somebody does, and what it is for works then", async () => {
    const written = `${loads}
      const { text } = await pulumi.runtime.serializeFunction(() => 41 + 1);
      console.log(compiler(), text.includes("41 + 1"));
      console.log((await pulumi.runtime.computeCodePaths()) instanceof Map);`;
    assert.equal(await run(written, { patched: true }), "false\ntrue true\ntrue");
  });
});

describe("source maps in Pulumi's runner", () => {
  /** Whether files are read to note where a promise was made. The runner says how it is called, and goes on. */
  const reads = (patch: string): string => `
    const { exit } = process;
    process.exit = () => undefined;
    require("@pulumi/pulumi/cmd/run/index.js");
    process.exit = exit;
    ${patch}
    let read = 0;
    const { readFileSync } = fs;
    fs.readFileSync = (...args) => (read++, readFileSync(...args));
    const promise = Promise.resolve();
    require("@pulumi/pulumi/runtime/debuggable.js").debuggablePromise(promise, "of a test");
    console.log(promise._debugStackTrace.includes("debuggable"), read > 0);`;

  test("are looked up for where each promise was made", async () => {
    assert.equal(await run(reads(""), { patched: false }), "true true");
  });

  test("are not looked up by the patched one", async () => {
    assert.equal(await run(reads("patchRunner();"), { patched: true }), "true false");
  });
});

describe("where a promise of Pulumi's SDK was made", () => {
  const frames = (around: string): string => `
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable.js");
    const deep = (levels) => {
      if (levels > 0) return deep(levels - 1);
      const promise = Promise.resolve();
      debuggablePromise(promise, "of a test");
      return promise._debugStackTrace.split("\\n").length - 1;
    };
    console.log(${around});`;

  test("is noted with as many frames as the process has for errors", async () => {
    assert.equal(await run(frames("deep(20)"), { patched: false }), "10");
  });

  test("is noted with two frames during an update, and as before after it", async () => {
    const around = `await withPatches(async () => deep(20)), deep(20)`;
    assert.equal(await run(frames(around), { patched: true }), "2 10");
  });

  test("is noted with two frames in the program of plain pulumi up", async () => {
    assert.equal(await run(`patchRunner(); ${frames("deep(20)")}`, { patched: true }), "2");
  });
});

describe("where a resource of Pulumi's SDK was made", () => {
  /** How many frames of the stack are sent with a resource: the first is its position. */
  const frames = (around: string): string => `
    const { Resource } = require("@pulumi/pulumi/resource.js");
    const deep = (levels) => (levels > 0 ? deep(levels - 1) : Resource.stackTrace(4).length);
    console.log(${around});`;

  test("is sent with the whole stack", async () => {
    assert.ok(Number(await run(frames("deep(20)"), { patched: false })) > 15);
  });

  test("is not sent during an update, and is again after it", async () => {
    const [during, after] = (
      await run(frames("await withPatches(async () => deep(20)), deep(20)"), { patched: true })
    ).split(" ");
    assert.equal(during, "0");
    assert.ok(Number(after) > 15);
  });

  test("is not sent in the program of plain pulumi up", async () => {
    assert.equal(await run(`patchRunner(); ${frames("deep(20)")}`, { patched: true }), "0");
  });
});

describe("debug messages of Pulumi's SDK", () => {
  let server: grpc.Server;
  let port: number;
  let messages: string[] = [];

  before(async () => {
    server = new grpc.Server();
    server.addService(engineGrpc.EngineService, {
      log: (
        { request }: grpc.ServerUnaryCall<LogRequest, unknown>,
        done: grpc.sendUnaryData<unknown>,
      ) => {
        if (request.getSeverity() === engineProto.LogSeverity.DEBUG) {
          messages.push(request.getMessage());
        }
        done(null, new emptyProto.Empty());
      },
    });
    port = await new Promise((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  });
  after(() => {
    server.forceShutdown();
  });

  const registers = `
    const pulumi = await import("@pulumi/pulumi");
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: ({ inputs }) => inputs,
    });
    const register = () => {
      const { id } = new pulumi.CustomResource("test:index:Key", "one", { key: "k3y" });
      return new Promise((resolve) => id.apply(resolve));
    };
    const say = async () => {
      await pulumi.log.info("the last");
      await pulumi.runtime.disconnect();
    };`;

  /** The debug messages that the engine gets. */
  async function debugOf(
    script: string,
    { patched, env = {} }: { patched: boolean; env?: Record<string, string> },
  ): Promise<readonly string[]> {
    messages = [];
    const engine = { PULUMI_NODEJS_ENGINE: `127.0.0.1:${port}`, ...env };
    await run(`${registers} ${script} await say();`, { patched, env: engine });
    return messages;
  }

  const update = "await withPatches(register);";

  test("go to the engine with the inputs of every resource", async () => {
    const sent = await debugOf("await register();", { patched: false });
    assert.ok(
      sent.some((message) => message.includes("k3y")),
      sent.join("\n"),
    );
  });

  test("do not go there during an update, and do again after it", async () => {
    assert.deepEqual(await debugOf(update, { patched: true }), []);
    const sent = await debugOf(`${update} await register();`, { patched: true });
    assert.ok(sent.length > 0);
  });

  test("do not go there in the program of plain pulumi up", async () => {
    assert.deepEqual(await debugOf("patchRunner(); await register();", { patched: true }), []);
  });

  test("go there for somebody who looks for a fault", async () => {
    const env = { LINKERD_TOPOLOGY_DEBUG: "1" };
    assert.ok((await debugOf(update, { patched: true, env })).length > 0);
  });
});
