import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { defaults } from "../../planning/defaults.ts";
import { serviceAnnotationsOf } from "../../planning/traffic/annotations.ts";
import { kindProvider } from "../../providers/kind/provider.ts";
import { meshProvider } from "../../providers/mesh/provider.ts";
import type { PropertyMap } from "../../providers/server/index.ts";
import { registerTopology, temporaryDirectory } from "./fixtures.ts";
import { everyKind, earlierRow, type EarlierRow } from "./earlier-state.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

/** What the program registered before the SDKs of the providers were generated. Never rewrite it. */
const earlier = JSON.parse(
  readFileSync(new URL("earlier-state.json", import.meta.url), "utf8"),
) as EarlierRow[];

const resources = new Map(
  [...kindProvider.resources, ...meshProvider.resources].map((one) => [one.type, one]),
);

void describe("an up over the state of an earlier version", async () => {
  const now = (await registerTopology(everyKind())).map(earlierRow);

  void it("finds every resource under its type, name and parent", () => {
    const identities = (rows: readonly EarlierRow[]) =>
      rows.map(({ key, parent }) => `${parent ?? "-"} > ${key}`).sort();
    assert.deepEqual(identities(now), identities(earlier));
  });

  void it("has inputs of every type that our providers serve, but for two", () => {
    const types = new Set(earlier.filter(({ inputs }) => inputs).map(({ key }) => typeOf(key)));
    const missing = [...resources.keys()].filter((type) => !types.has(type));
    // The first came later; the other needs an authority outside the package.
    assert.deepEqual(missing, [
      "linkerd-topology:index:OwnGateway",
      "linkerd-topology:index:IssuerReady",
    ]);
  });

  void it("changes no input of our providers: they fill in what programs sent then", async () => {
    for (const { key, inputs: olds } of earlier) {
      const resource = resources.get(typeOf(key));
      if (olds === undefined || resource === undefined) continue;
      const news = now.find((one) => one.key === key)?.inputs;
      assert.ok(news !== undefined, key);
      const urn = `urn:pulumi:lab::linkerd-topology::${key}`;
      const before = await resource.check({ urn, news: olds, olds: {} });
      const after = await resource.check({ urn, news, olds: before.inputs });
      assert.deepEqual([before.failures ?? [], after.failures ?? []], [[], []], key);
      assert.deepEqual(after.inputs, withDefaultsSince(key, before.inputs), key);
    }
  });
});

/** Failovers of that time had neither a limit for each try nor circuit breaking: an `up` gives them both. */
function withDefaultsSince(key: string, inputs: PropertyMap): PropertyMap {
  if (typeOf(key) !== "linkerd-topology:index:TrafficRoute") return inputs;
  const annotations = inputs["annotations"] as PropertyMap;
  return {
    ...inputs,
    annotations: { ...annotations, "retry.linkerd.io/timeout": defaults.failoverTryTimeout },
    serviceAnnotations: serviceAnnotationsOf({
      ...{ service: "web", namespace: "shop", failover: ["local", "east"] },
    }),
  };
}

function typeOf(key: string): string {
  return key.split("::")[0] ?? "";
}
