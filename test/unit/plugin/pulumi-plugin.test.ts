// The checkout and its folder as plugins: what `pulumi package add` of them starts. Pulumi's host for Node.js runs this module of the SDK.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { execa } from "execa";
import { parse } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");
const plugin = path.join(root, "plugin");
const host = path.join(root, "node_modules/@pulumi/pulumi/cmd/run-plugin/index.js");

for (const [where, folder] of Object.entries({ "the checkout": root, "the folder": plugin })) {
  test(
    `PulumiPlugin.yaml of ${where} starts the plugin, and ends it`,
    { timeout: 300_000 },
    async () => {
      const text = readFileSync(path.join(folder, "PulumiPlugin.yaml"), "utf8");
      assert.deepEqual(parse(text), { runtime: "nodejs" });
      const running = execa(process.execPath, [host, folder, "127.0.0.1:1"], { reject: false });
      const ended = running.then(({ stderr }) => stderr);
      const port = once(running.stdout, "data").then(([data]: Buffer[]) => String(data));
      const found = await Promise.race([port, ended]);
      assert.match(found, /^\d+\s*$/);
      const client = new providerGrpc.ResourceProviderClient(
        `127.0.0.1:${found.trim()}`,
        grpc.credentials.createInsecure(),
      );
      const schema = await new Promise<string>((resolve, reject) => {
        client.getSchema(new proto.GetSchemaRequest(), (error, response) => {
          if (error) reject(error);
          else resolve(response.getSchema());
        });
      });
      const { name, resources } = JSON.parse(schema) as { name: string; resources: object };
      assert.equal(name, "linkerd-topology");
      assert.ok("linkerd-topology:index:Topology" in resources);
      client.close();
      running.kill();
      await ended;
    },
  );
}

test("its package.json asks for the SDK that the package asks for", () => {
  const read = (file: string) =>
    JSON.parse(readFileSync(path.join(root, file), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
  const { dependencies } = read("package.json");
  const sdk = "@pulumi/pulumi";
  assert.deepEqual(read("plugin/package.json").dependencies, { [sdk]: dependencies[sdk] });
});
