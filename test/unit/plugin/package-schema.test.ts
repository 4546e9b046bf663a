import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { packageSchema, type ObjectType } from "../../../providers/server/index.ts";
import { served } from "../../../plugin/component-schemas.ts";
import { linkerdTopology } from "../../../plugin/provider.ts";
import { refreshOutputs } from "../../../scripts/outputs-table.ts";
import { sdkSchema } from "../../../scripts/sdk-schema.ts";

interface Described {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
  readonly definitions?: Readonly<Record<string, Described>>;
}

const root = path.resolve(import.meta.dirname, "../../..");
const topology = JSON.parse(
  readFileSync(path.join(root, "topology.schema.json"), "utf8"),
) as Described;
const schema = packageSchema(linkerdTopology);
const component = schema.resources["linkerd-topology:index:Topology"];

function objectType(name: string): ObjectType {
  const type = schema.types[`linkerd-topology:index:${name}`];
  assert.ok(type?.type === "object", name);
  return type;
}

describe("the package schema of the plugin", () => {
  it("has every key that a topology may have, in the words of its one description", () => {
    const objects = { TopologySpec: topology, ...topology.definitions };
    assert.ok(Object.keys(objects).length > 20);
    for (const [name, { properties = {}, required = [] }] of Object.entries(objects)) {
      const type = objectType(name);
      const keys = Object.keys(properties).filter((key) => key !== "$schema");
      assert.deepEqual(Object.keys(type.properties), keys, name);
      assert.deepEqual(type.required, required, name);
      for (const key of keys) {
        const told = type.properties[key]?.description ?? "";
        const words = properties[key]?.description ?? "";
        assert.notEqual(words, "", `${name}.${key}`);
        assert.ok(told.startsWith(words), `${name}.${key}: ${told}`);
      }
    }
  });

  it("tells defaults, and sets none: a key that is absent is more than one with its default", () => {
    const spec = objectType("TopologySpec");
    assert.match(spec.properties["links"]?.description ?? "", /Default: `\[\]`/);
    for (const [token, type] of Object.entries(schema.types)) {
      if (!(token.split(":").at(-1) ?? "").endsWith("Spec") || !("properties" in type)) continue;
      for (const [key, one] of Object.entries(type.properties)) {
        assert.equal(one.default, undefined, `${token}.${key}`);
      }
    }
  });

  it("has the types that it refers to", () => {
    const tokens = [...JSON.stringify(schema).matchAll(/"#\/types\/([^"]+)"/g)];
    assert.ok(tokens.length > 20);
    for (const [, token = ""] of tokens) assert.ok(schema.types[token], token);
  });

  it("has the component, with plain inputs, kubeconfigs as a secret, and an example", () => {
    assert.ok(component);
    assert.equal(component.isComponent, true);
    assert.deepEqual(component.requiredInputs, ["topology"]);
    assert.ok(Object.values(component.inputProperties).length > 2);
    for (const [key, one] of Object.entries(component.inputProperties)) {
      assert.equal(one.plain, true, key);
    }
    const secret = Object.entries(component.properties).filter(([, one]) => one.secret);
    assert.deepEqual(
      secret.map(([key]) => key),
      ["kubeconfigs"],
    );
    assert.match(component.description, /\{\{% example %\}\}/);
  });

  it("has an example in YAML for each class, and words for each input and output", () => {
    for (const name of Object.keys(served)) {
      const one = schema.resources[`linkerd-topology:index:${name}`];
      assert.ok(one, name);
      assert.match(one.description, /```yaml\nresources:\n[\s\S]*```/, name);
      assert.ok(one.description.includes(`type: linkerd-topology:${name}\n`), name);
      for (const [key, { description = "" }] of [
        ...Object.entries(one.inputProperties),
        ...Object.entries(one.properties),
      ]) {
        assert.notEqual(description, "", `${name}.${key}`);
      }
    }
  });

  it("takes other components as resources, and outputs where a class takes them", () => {
    const inputs = (name: string) =>
      schema.resources[`linkerd-topology:index:${name}`]?.inputProperties ?? {};
    const { cluster, issuer, trustAnchorsPem, values, version } = inputs("ControlPlane");
    const ref = (name: string) => ({ $ref: `#/resources/linkerd-topology:index:${name}` });
    assert.deepEqual(cluster?.oneOf, [ref("KindCluster"), ref("ExistingCluster")]);
    assert.equal(issuer?.$ref, ref("Issuer").$ref);
    assert.equal(version?.plain, true);
    for (const one of [trustAnchorsPem, values, inputs("ExistingCluster")["others"]]) {
      assert.ok(one && !one.plain);
    }
    assert.deepEqual(inputs("Link")["routes"]?.items, ref("PodRoutes"));
  });

  it("takes as outputs what docs/library.md says", async () => {
    const page = readFileSync(path.join(root, "docs/library.md"), "utf8");
    assert.equal(page, await refreshOutputs(page), "out of date; run: npm run outputs-page");
  });

  it("marks what is secret", () => {
    const secret = Object.entries(schema.resources).flatMap(
      ([token, { isComponent, properties }]) =>
        isComponent === true
          ? Object.entries(properties).flatMap(([key, one]) =>
              one.secret ? [`${token.split(":").at(-1) ?? ""}.${key}`] : [],
            )
          : [],
    );
    assert.deepEqual(secret.sort(), [
      "AccessAccount.caCertificate",
      "AccessAccount.token",
      "ExistingCluster.kubeconfig",
      "Issuer.privateKeyPem",
      "KindCluster.kubeconfig",
      "Topology.kubeconfigs",
      "TrustAnchor.privateKeyPem",
    ]);
  });

  it("gives SDKs the components and what belongs to them, and no gates", () => {
    const { resources, types } = sdkSchema();
    assert.deepEqual(
      Object.keys(resources),
      Object.keys(served).map((name) => `linkerd-topology:index:${name}`),
    );
    assert.ok("linkerd-topology:index:LinkSpec" in types);
    assert.ok("linkerd-topology:index:RunningNode" in types);
    assert.ok(!("linkerd-topology:index:Rule" in types));
  });
});
