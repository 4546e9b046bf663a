import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import fc from "fast-check";
import * as z from "zod";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import {
  PartialFailure,
  secret,
  Secret,
  startServer,
  unknown,
} from "../../../providers/server/index.ts";
import type { Provider, Resource, RunningServer, Value } from "../../../providers/server/index.ts";
import { marshal, unmarshal } from "../../../providers/server/wire.ts";
import { ProviderClient } from "./provider-client.ts";

const resource: Resource = {
  type: "test:index:Thing",
  schema: {
    description: "A thing.",
    inputs: { name: z.string(), password: z.string().exactOptional() },
    outputs: { token: z.string().meta({ secret: true }) },
  },
  check: ({ news }) => ({
    inputs: { ...news, name: news.name ?? "default" },
    ...(news.name === "" && { failures: [{ property: "name", reason: "name: is empty" }] }),
  }),
  diff: () => ({
    changes: { "list[0].name": { kind: "update", replace: true }, other: { kind: "add" } },
  }),
  outlook: ({ news, olds }) =>
    news.name === "grave" ? [`${olds === undefined ? "a new" : "another"} grave thing`] : [],
  async create({ inputs }, context) {
    context.status("halfway");
    context.log("warning", "mind the step");
    if (inputs.name === "partial") throw new PartialFailure("id-1", inputs, "not quite");
    if (inputs.name === "slow") {
      await once(context.signal, "abort");
      throw new Error("cleaned up after itself");
    }
    if (inputs.name === "broken") throw new Error("it broke");
    return { id: "id-1", outputs: { ...inputs, token: secret("t0ken") } };
  },
  read: () => Promise.resolve(undefined),
  update: ({ newInputs }) => Promise.resolve(newInputs),
  delete: () => Promise.resolve(),
};

const provider: Provider = {
  name: "test",
  version: "1.2.3",
  description: "For tests.",
  resources: [resource],
};

describe("the provider server", () => {
  let server: RunningServer;
  let engine: grpc.Server;
  let client: ProviderClient;
  const log: { message: string; ephemeral: boolean }[] = [];

  before(async () => {
    engine = new grpc.Server();
    engine.addService(engineGrpc.EngineService, {
      log: (call: grpc.ServerUnaryCall<LogRequest, unknown>, done: grpc.sendUnaryData<unknown>) => {
        log.push({ message: call.request.getMessage(), ephemeral: call.request.getEphemeral() });
        done(null, new emptyProto.Empty());
      },
    });
    const port = await new Promise<number>((resolve) => {
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, bound) => {
        resolve(bound);
      });
    });
    server = await startServer(provider, `127.0.0.1:${port}`);
    client = new ProviderClient(server.port, resource.type);
  });

  after(async () => {
    client.close();
    await server.close();
    engine.forceShutdown();
  });

  it("checks, fills in, and gives secrets back as secrets", async () => {
    const { inputs } = await client.check({ password: secret("pa55") });
    assert.deepEqual(inputs, { password: new Secret("pa55"), name: "default" });
    const { failures } = await client.check({ name: "" });
    assert.deepEqual(failures, [{ property: "name", reason: "name: is empty" }]);
  });

  it("marks as secret what the resource marks, and what came in as one", async () => {
    const { outputs } = await client.create({ name: "x", password: secret("pa55") });
    assert.deepEqual(outputs, {
      name: "x",
      password: new Secret("pa55"),
      token: new Secret("t0ken"),
    });
  });

  it("shows the step live, and keeps what is to be kept, in order", async () => {
    log.length = 0;
    await client.create({ name: "x" });
    assert.deepEqual(log, [
      { message: "halfway", ephemeral: true },
      { message: "mind the step", ephemeral: false },
    ]);
  });

  it("previews with unknowns, without creating", async () => {
    log.length = 0;
    const { outputs } = await client.create(
      { name: unknown, password: secret("p") },
      { preview: true },
    );
    assert.deepEqual(outputs, { name: unknown, password: new Secret("p"), token: unknown });
    assert.deepEqual(log, []);
  });

  it("says in a preview what the operation means, and not again when it happens", async () => {
    log.length = 0;
    await client.create({ name: "grave" }, { preview: true });
    assert.deepEqual(log, [{ message: "a new grave thing", ephemeral: false }]);
    log.length = 0;
    await client.create({ name: "grave" });
    assert.ok(!log.some(({ message }) => message.includes("grave")));
  });

  it("tells the engine of changes by path, and what to replace by property", async () => {
    const diff = await client.diff("id", {}, {}, {});
    assert.equal(diff.changes, proto.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual(diff.diffsList, ["list", "other"]);
    assert.deepEqual(diff.replacesList, ["list"]);
    assert.deepEqual(
      diff.detaileddiffMap.map(([path, { kind }]) => [path, kind]),
      [
        ["list[0].name", proto.PropertyDiff.Kind.UPDATE_REPLACE],
        ["other", proto.PropertyDiff.Kind.ADD],
      ],
    );
  });

  it("gives an error's message alone", async () => {
    await assert.rejects(client.create({ name: "broken" }), { message: "it broke" });
    const other = new ProviderClient(server.port, "test:index:Other");
    await assert.rejects(
      other.check({}),
      /has no resource type "test:index:Other"; it has test:index:Thing/,
    );
    other.close();
  });

  it("keeps the state of what was created all the same, with its secrets", async () => {
    const creating = client.create({ name: "partial", password: secret("pa55") });
    const error = await creating.then(
      () => assert.fail("created"),
      (thrown: unknown) => (thrown as Error).cause as ServiceError,
    );
    const [trailer] = error.metadata.get("grpc-status-details-bin");
    const status = statusProto.Status.deserializeBinary(new Uint8Array(trailer as Buffer));
    const failure = status
      .getDetailsList()[0]
      ?.unpack(
        (bytes) => proto.ErrorResourceInitFailed.deserializeBinary(bytes),
        "pulumirpc.ErrorResourceInitFailed",
      );
    assert.equal(failure?.getId(), "id-1");
    assert.deepEqual(failure.getReasonsList(), ["not quite"]);
    assert.deepEqual(unmarshal(failure.getProperties()), {
      name: "partial",
      password: new Secret("pa55"),
    });
  });

  it("says gone by an empty id", async () => {
    assert.equal((await client.read("id-1", {}, {})).id, "");
  });

  it("describes itself by a schema with every property", async () => {
    const schema = JSON.parse(await client.schema()) as {
      name: string;
      resources: Record<
        string,
        { properties: object; required: string[]; requiredInputs: string[] }
      >;
    };
    const described = schema.resources["test:index:Thing"];
    assert.equal(schema.name, "test");
    assert.deepEqual(Object.keys(described?.properties ?? {}), ["name", "password", "token"]);
    assert.deepEqual(described?.required, ["name", "token"]);
    assert.deepEqual(described.requiredInputs, ["name"]);
  });

  it("lets running operations clean up when it is told to cancel", async () => {
    const own = await startServer(provider);
    const ownClient = new ProviderClient(own.port, resource.type);
    const creating = assert.rejects(ownClient.create({ name: "slow" }), /cleaned up after itself/);
    await ownClient.check({}); // The create before it has arrived.
    await ownClient.cancel();
    await creating;
    await assert.rejects(ownClient.create({ name: "x" }), /interrupted/);
    ownClient.close();
    await own.close();
  });
});

describe("values on the wire", () => {
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.string(),
      fc.constant(unknown),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("value").map((inner) => secret(inner)),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie("value"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  }));

  it("come back as they were", () => {
    fc.assert(
      fc.property(value, (original) => {
        assert.deepEqual(unmarshal(marshal({ original })), { original });
      }),
    );
  });

  it("never show a secret in a message", () => {
    assert.equal(JSON.stringify({ key: secret("pa55") }), '{"key":"[secret]"}');
    assert.equal(String(secret("pa55")), "[secret]");
  });
});

describe("the plugin's executable", () => {
  const executable = fileURLToPath(
    new URL("../../../providers/kind/pulumi-resource-kind", import.meta.url),
  );

  it("prints its port, serves, and ends when it is told to", async () => {
    const plugin = spawn(executable, ["-v=3", "--logtostderr", "127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(plugin.stdout), "line")) as [string];
    assert.match(line, /^\d+$/);
    const client = new ProviderClient(Number(line), "kind:index:Cluster");
    const schema = JSON.parse(await client.schema()) as { resources: object };
    assert.deepEqual(Object.keys(schema.resources), ["kind:index:Cluster", "kind:index:Network"]);
    client.close();
    plugin.kill("SIGTERM");
    const [code] = (await once(plugin, "exit")) as [number];
    assert.equal(code, 0);
  });

  it("ends by itself when the engine that started it was killed", async () => {
    const parent = spawn("sh", ["-c", '"$0" & wait', executable], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(parent.stdout), "line")) as [string];
    const client = new ProviderClient(Number(port), "kind:index:Cluster");
    await client.schema();
    parent.kill("SIGKILL");
    // The plugin holds the other end of the pipe as long as it runs.
    await once(parent, "close");
    await assert.rejects(client.schema());
    client.close();
  });
});
