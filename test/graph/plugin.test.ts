// What the plugin makes for a program in another language: the same as the class does, with the outputs that its
// package schema promises.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { readSources } from "../../components/sources.ts";
import { Topology } from "../../components/topology.ts";
import { componentSchemas } from "../../plugin/component-schemas.ts";
import { makeComponent } from "../../plugin/make-component.ts";
import type { PropertyMap } from "../../providers/server/index.ts";
import { makeSources } from "../engine/stack-files.ts";
import { pair, temporaryDirectory } from "./fixtures.ts";
import { register, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("the component Topology of the plugin", async () => {
  const type = "linkerd-topology:index:Topology";
  let outputs: pulumi.Inputs = {};
  const labels = { "example.com/run": "1" };
  const sourcesFile = await makeSources(temporaryDirectory);
  const sources = readSources(sourcesFile);
  const byClass = await register(() => new Topology("lab", { topology: pair, labels, sources }));
  const all = await register(() => {
    const inputs = { topology: pair, labels, sourcesFile } as unknown as PropertyMap;
    const made = makeComponent({ type, name: "lab", inputs, options: {} });
    outputs = made.outputs;
  });

  void it("has the resources of the class, with the same inputs", () => {
    const told = (registrations: readonly Registration[]) =>
      registrations.map(({ key, parent, inputs }) => ({ key, parent, inputs }));
    assert.ok(all.length > 30);
    assert.deepEqual(told(all), told(byClass));
  });

  void it("protects what the class does, though Pulumi's server always says whether a program protects it", async () => {
    const topology = { ...pair, protect: true };
    const guarded = (registrations: readonly Registration[]) =>
      registrations.filter(({ protect }) => protect).map(({ key }) => key);
    const byClass = await register(() => new Topology("lab", { topology, sources }));
    const inputs = { topology, sourcesFile } as unknown as PropertyMap;
    // It says `false` where the program says nothing.
    const options = { protect: false };
    const all = await register(() => makeComponent({ type, name: "lab", inputs, options }));
    assert.ok(guarded(byClass).some((key) => key.startsWith("kind:index:Cluster::")));
    assert.deepEqual(guarded(all), guarded(byClass));
  });

  void it("has the outputs of its schema, the kubeconfigs as a secret", async () => {
    const promised = Object.keys(componentSchemas[type]?.outputs ?? {});
    assert.deepEqual(Object.keys(outputs).sort(), promised.sort());
    assert.ok(pulumi.Output.isInstance(outputs["kubeconfigs"]));
    assert.equal(await (outputs["kubeconfigs"] as { isSecret?: Promise<boolean> }).isSecret, true);
  });
});
