import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needsDocker } from "../../../environments/state-clusters.ts";
import type { State } from "../../../environments/state.ts";

const resource = (type: string) => ({
  urn: `urn:pulumi:lab::linkerd-topology::linkerd-topology:index:Topology$${type}::lab`,
  custom: true,
});
const state = (resources: readonly string[], pending: readonly string[] = []): State => ({
  version: 3,
  deployment: {
    resources: resources.map(resource),
    pending_operations: pending.map((type) => ({ type: "creating", resource: resource(type) })),
  },
});

describe("a stack", () => {
  const existing = ["linkerd-topology:index:ClusterIdentity", "pulumi:providers:kubernetes"];

  test("of clusters that existed before needs no Docker, not even to be taken down", () => {
    assert.equal(needsDocker(state([])), false);
    assert.equal(needsDocker(state(existing)), false);
  });

  test("with a cluster or a network of the package's needs it, also if it had only begun one", () => {
    assert.equal(needsDocker(state([...existing, "kind:index:Cluster"])), true);
    assert.equal(needsDocker(state(["kind:index:Network"])), true);
    assert.equal(needsDocker(state(existing, ["kind:index:Cluster"])), true);
  });
});
