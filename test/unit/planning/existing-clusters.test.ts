import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ClusterSpec, LinkSpec } from "../../../planning/topology.ts";

const existing = (name: string, more: Partial<ClusterSpec> = {}): ClusterSpec => ({
  name,
  network: "lab",
  kubeconfig: `./${name}.kubeconfig`,
  apiServer: `https://${name}.test:6443`,
  gateway: { addresses: [`gateway.${name}.test`] },
  ...more,
});

function modes(clusters: readonly ClusterSpec[], ...links: LinkSpec[]): string[] {
  return planOrThrow({ clusters, links }, { name: "lab" }).links.map(
    ({ source, target, mode }) => `${source} ${target} ${mode}`,
  );
}

describe("clusters that exist", () => {
  const prod = existing("prod", { podSubnet: "10.1.0.0/16" });
  const staging = existing("staging", { podSubnet: "10.2.0.0/16" });

  it("have routes of their own to each other where they are on one network", () => {
    const both = { between: ["prod", "staging"] };
    assert.deepEqual(modes([prod, staging], both), ["prod staging mixed", "staging prod mixed"]);
    assert.deepEqual(modes([prod, staging], { ...both, mode: "flat" }), [
      "prod staging flat",
      "staging prod flat",
    ]);
  });

  it("meet clusters of the package at gateways, on the same network too", () => {
    const clusters = [prod, { name: "west", network: "lab" }];
    assert.deepEqual(modes(clusters, { between: ["prod", "west"] }), [
      "prod west gateway",
      "west prod gateway",
    ]);
  });

  it("get no routes from the package, and are nobody's peers", () => {
    const clusters = [prod, { name: "west", network: "lab" }, { name: "east", network: "lab" }];
    const [, west] = planOrThrow({ clusters }, { name: "lab" }).clusters;
    assert.ok(west?.type === "kind");
    assert.deepEqual(west.routePeers, ["east"]);
  });
});
