import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDocument } from "../../../environments/report/plan-document.ts";
import { renderPlan } from "../../../environments/report/render-plan.ts";
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
    assert.ok(cells.some((row) => row.at(-1) === "lab-east-control-plane:30143"));
    assert.deepEqual(
      cells.find(([name]) => name === "west → east"),
      ["west → east", "gateway", "lab-east-control-plane:30143", "Linkerd's labels"],
    );
    assert.deepEqual(
      cells.find(([name]) => name === "shop/web-east"),
      ["shop/web-east", "west", "gateway", "web of east"],
    );
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
