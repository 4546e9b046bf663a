import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDocument } from "../../../environments/report/plan-document.ts";
import { renderPlan } from "../../../environments/report/render-plan.ts";
import { fixedAddresses } from "../../../planning/docker/fixed-addresses.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

const planned = (topology: Topology) => planOrThrow(topology, { name: "lab" });

describe("the plan as a person reads it", () => {
  test("has clusters with their addresses, Links with their ways, exports and mirrors", () => {
    const text = renderPlan(
      planned({
        clusters: [
          { name: "west", network: "a" },
          { name: "east", network: "b", nodes: { workers: 1 } },
        ],
        links: [{ from: "west", to: "east" }],
        exports: [{ from: "east", namespace: "shop", service: "web", as: "gateway" }],
      }),
    );
    const cells = text.split("\n").map((line) => line.split(/ {2,}/));
    assert.match(text, /^Topology lab\nLinkerd edge-/);
    assert.match(text, /Docker network linkerd-topology-lab, subnet by Docker/);
    assert.match(text, /\n\d+ resources\.$/);
    const east = cells.findIndex(([name]) => name === "east");
    assert.equal(cells[east]?.[2], "lab-east-control-plane");
    assert.equal(cells[east + 1]?.[1], "lab-east-worker (worker)");
    assert.deepEqual(cells[east].slice(5), ["https://lab-east-control-plane:6443", "NodePort"]);
    assert.match(
      text,
      /\n +lab-east-worker \(worker\) +fixed address to come +lab-east-control-plane:30143/,
    );
    assert.deepEqual(
      cells.find(([name]) => name === "west → east"),
      ["west → east", "gateway", "lab-east-control-plane:30143", "Linkerd's labels"],
    );
    assert.deepEqual(
      cells.find(([name]) => name === "shop/web-east"),
      ["shop/web-east", "west", "gateway", "web of east"],
    );
  });

  test("has the fixed addresses of the API servers where the Docker network's subnet is known", () => {
    const topology = {
      clusters: [{ name: "west" }, { name: "east", nodes: { controlPlanes: 3, workers: 1 } }],
      links: [{ between: ["west", "east"] }],
      docker: { subnet: "172.30.0.0/16" },
    };
    const plan = planned(topology);
    const addresses = [...fixedAddresses(plan.clusters, plan.network.nodeRange ?? "").values()];
    const text = renderPlan(plan);
    assert.equal(addresses.length, 2);
    for (const address of addresses) {
      assert.match(address, /^172\.30\.\d+\.\d+$/);
      assert.ok(text.includes(`https://${address}:6443`), text);
    }
    // The certificate of several control planes names their load balancer.
    assert.match(text, /lab-east-external-load-balancer/);
    assert.doesNotMatch(text, /to come/);
  });

  test("names selectors only where they are not Linkerd's own", () => {
    const gateway = {
      matchLabels: { team: "shop" },
      matchExpressions: [{ key: "tier", operator: "In", values: ["a", "b"] } as const],
    };
    const text = renderPlan(
      planned({
        clusters: [{ name: "west" }, { name: "east" }],
        links: [{ from: "west", to: "east", mode: "gateway", selectors: { gateway } }],
      }),
    );
    assert.match(text, /gateway: team=shop, tier In \(a, b\)/);
  });

  test("does without what there is not", () => {
    const text = renderPlan(planned({ clusters: [{ name: "staging", kubeconfig: "/k" }] }));
    assert.match(text, /exists already/);
    assert.match(text, /No Links\./);
    assert.doesNotMatch(text, /Docker network|Mirror|resources\./);
  });

  test("is a document with a version for programs", () => {
    const plan = planned({ clusters: [{ name: "west" }] });
    const { version, resources, plan: same } = planDocument(plan);
    assert.equal(version, 1);
    assert.equal(same, plan);
    assert.equal(typeof resources, "number");
  });
});
