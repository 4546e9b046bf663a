// What docs/library.md promises of names and types: an alias of the former one, and an `up` replaces nothing.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { pair } from "./topologies.ts";
import { TestEngine, type Checkpoint, type How, type Update } from "./test-engine.ts";

const type = "linkerd-topology:index:ControlPlane";
const formerType = "linkerd-topology:index:LinkerdInstallation";

/** Gives components of a type further aliases, as the component itself would in `super`. */
function withAlias(of: string, alias: pulumi.Alias): pulumi.ResourceTransformation {
  return ({ type, props, opts }) =>
    type === of ? { props, opts: pulumi.mergeOptions(opts, { aliases: [alias] }) } : undefined;
}

describe("a rename with an alias", () => {
  let engine: TestEngine;
  let up: Checkpoint;
  before(async () => {
    engine = await TestEngine.start({ inline: true, tls: true });
    await engine.up(pair);
    up = engine.checkpoint();
  });
  beforeEach(() => engine.restore(up));
  after(() => engine.close());

  const upAs = (component: NonNullable<How["component"]>): Promise<Update> =>
    engine.up(pair, { component });
  /** Operations that make or remove something. An alias alone is reported as an update or not at all. */
  const moved = ({ changes }: Update) =>
    changes.filter((change) => !/^(update|same) /.test(change));
  const calls = () =>
    engine.world
      .takeCalls()
      .filter(({ method }) => ["create", "delete"].includes(method))
      .map(({ method, type }) => `${method} ${type}`);

  test("of a program's Topology replaces nothing, down to the clusters and what is in them", async () => {
    const renamed = await upAs({ name: "mesh", opts: { aliases: [{ name: "lab" }] } });
    assert.deepEqual(moved(renamed), []);
    assert.deepEqual(calls(), []);
    const urns = await engine.resources();
    assert.ok(urns.some((urn) => /::mesh-west-\w+$/.test(urn)));
    assert.deepEqual(
      urns.filter((urn) => /::lab(-|$)/.test(urn)),
      [],
    );
    assert.deepEqual((await upAs({ name: "mesh", opts: {} })).changes, []);
  });

  test("without the alias it makes everything anew: the test above can fail", async () => {
    const renamed = await engine.preview(pair, { component: { name: "mesh", opts: {} } });
    assert.ok(moved(renamed).some((change) => change.startsWith("create kind:index:Cluster")));
  });

  test("of a component's type in a release replaces nothing", async () => {
    const former = { ...up, state: up.state?.replaceAll(type, formerType) };
    await engine.restore(former);
    const transformations = [withAlias(type, { type: formerType })];
    const released = await upAs({ opts: { transformations } });
    assert.deepEqual(moved(released), []);
    assert.deepEqual(calls(), []);
    // The alias is needed once for each state.
    assert.deepEqual((await upAs({ opts: {} })).changes, []);
    await engine.restore(former);
    const without = await engine.preview(pair, { component: { opts: {} } });
    assert.ok(moved(without).some((change) => change.startsWith("create ")));
  });
});
