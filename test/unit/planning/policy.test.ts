import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import { planGatewayAdmission } from "../../../planning/policy/gateway-admission.ts";
import type { ServicePolicySpec } from "../../../planning/policy/service-policy.ts";
import { planServicePolicy } from "../../../planning/policy/service-policy.ts";
import { formatProblem } from "../../../planning/topology/problem.ts";
import type { ExportSpec, Topology } from "../../../planning/topology.ts";

/** West sees east from pod to pod and through its gateway; north through the gateway alone. */
const topology: Topology = {
  clusters: [
    { name: "west", network: "lab", podSubnet: "10.20.0.0/21" },
    { name: "east", network: "lab", podSubnet: "10.10.0.0/21" },
    { name: "north" },
    { name: "alone", network: "lab" },
  ],
  links: [
    { from: "west", to: "east", mode: "mixed" },
    { from: "north", to: "east" },
  ],
};
const web = { cluster: "east", namespace: "shop", service: "web" };
const checkout = (cluster: string) => ({ cluster, namespace: "shop", serviceAccount: "checkout" });

function result(spec: Partial<ServicePolicySpec>, exports: readonly ExportSpec[] = []) {
  const plan = planOrThrow({ ...topology, exports }, { name: "lab" });
  return planServicePolicy(plan, { ...web, ...spec });
}

function problems(...args: Parameters<typeof result>): string[] {
  const planned = result(...args);
  return planned.ok ? [] : planned.problems.map(formatProblem);
}

describe("who may reach a Service", () => {
  const identity = "checkout.shop.serviceaccount.identity.linkerd.cluster.local";

  it("is a client of a flat or mixed Link by its own identity, from its cluster's addresses", () => {
    assert.deepEqual(result({ clients: [checkout("west")] }), {
      ok: true,
      admissions: [{ name: "west", identities: [identity], networks: ["10.20.0.0/21"] }],
    });
  });

  it("is told from the gateway where a cluster has that name", () => {
    const named: Topology = {
      clusters: [
        { name: "gateway", network: "lab" },
        { name: "east", network: "lab" },
      ],
      links: [{ from: "gateway", to: "east", mode: "mixed" }],
    };
    const both = planServicePolicy(planOrThrow(named, { name: "lab" }), {
      ...web,
      clients: [checkout("gateway")],
      throughGateway: true,
    });
    assert.ok(both.ok);
    assert.deepEqual(
      both.admissions.map(({ name }) => name),
      ["gateway.cluster", "gateway"],
    );
  });

  it("comes from any of the pod subnets that a cluster has", () => {
    const named = (name: string, podSubnet: string) => ({
      name,
      network: "vpc",
      kubeconfig: name,
      podSubnet,
      apiServer: "https://203.0.113.7:6443",
    });
    const clusters = [named("west", "10.1.0.0/16,100.64.0.0/16"), named("east", "10.2.0.0/16")];
    const links = [{ from: "west", to: "east", mode: "flat" as const }];
    const planned = planServicePolicy(planOrThrow({ clusters, links }, { name: "lab" }), {
      ...web,
      clients: [checkout("west")],
    });
    assert.deepEqual(planned.ok && planned.admissions[0]?.networks, [
      "10.1.0.0/16",
      "100.64.0.0/16",
    ]);
  });

  it("is not everybody of that account: one of the Service's own cluster is named for itself", () => {
    const both = result({ clients: [checkout("west"), checkout("east")] });
    assert.ok(both.ok);
    assert.deepEqual(
      both.admissions.map(({ name, networks }) => [name, networks]),
      [
        ["west", ["10.20.0.0/21"]],
        ["east", ["10.10.0.0/21"]],
      ],
    );
  });

  it("is all that comes through the gateway by the gateway's identity, from its own cluster", () => {
    assert.deepEqual(result({ throughGateway: true }), {
      ok: true,
      admissions: [
        {
          name: "gateway",
          identities: [
            "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local",
          ],
          networks: ["10.10.0.0/21"],
        },
      ],
    });
  });

  it("is nobody where nobody is named", () => {
    assert.deepEqual(result({}), { ok: true, admissions: [] });
  });

  it("takes an identity once, in the order of names", () => {
    const planned = result({
      clients: [{ ...checkout("west"), serviceAccount: "zoo" }, checkout("west"), checkout("west")],
    });
    assert.ok(planned.ok);
    assert.deepEqual(planned.admissions[0]?.identities, [
      identity,
      identity.replace("checkout", "zoo"),
    ]);
  });
});

describe("refused policies", () => {
  const apart =
    "and traffic through a gateway carries the gateway's identity (write throughGateway: true to admit " +
    "every client that the gateway admits, or export the Service by remote discovery or as a " +
    "federated one, over a flat or mixed Link)";

  it("for a single client that comes through a gateway: what to write instead", () => {
    assert.deepEqual(problems({ clients: [checkout("north")] }), [
      `clients[0]: shop/checkout of "north" can't be distinguished from other clients: the Link from "north" leads through the gateway, ${apart}`,
    ]);
  });

  it("for one on a mixed Link, where the Service is exported through the gateway alone", () => {
    const spec = { clients: [checkout("west")] };
    const exported = { service: "web", namespace: "shop", from: "east" };
    assert.deepEqual(problems(spec, [exported]), [
      `clients[0]: shop/checkout of "west" can't be distinguished from other clients: shop/web is exported through the gateway, ${apart}`,
    ]);
    for (const as of ["remote-discovery", "federated"] as const) {
      assert.deepEqual(problems(spec, [{ ...exported, as }]), []);
    }
    assert.deepEqual(problems(spec, [{ ...exported, namespace: "other" }]), []);
  });

  it("for clusters that are not there, not linked, or whose gateway nobody uses", () => {
    assert.deepEqual(problems({ cluster: "eats" }), [
      'cluster: "eats" is not a cluster of this topology (did you mean "east"?)',
    ]);
    assert.deepEqual(problems({ clients: [checkout("wets"), checkout("alone")] }), [
      'clients[0].cluster: "wets" is not a cluster of this topology (did you mean "west"?)',
      'clients[1].cluster: there is no Link from "alone" to "east" for shop/checkout of "alone" to use (add such a Link (flat or mixed) to the topology, or leave the client out)',
    ]);
    assert.deepEqual(problems({ cluster: "west", throughGateway: true }), [
      'throughGateway: no Link leads through the gateway of "west" (leave it out, or give the topology a gateway or mixed Link to it)',
    ]);
  });
});

describe("whom a gateway lets through", () => {
  const admission = (over: Partial<Topology> = {}) =>
    planGatewayAdmission(planOrThrow({ ...topology, ...over }, { name: "lab" }), "east");

  it("are the clusters linked to it, from the topology's network", () => {
    assert.deepEqual(admission(), {
      identities: ["*.serviceaccount.identity.linkerd.cluster.local"],
      from: { docker: true, podSubnet: "10.10.0.0/21" },
    });
  });

  it("come from anywhere where one of them wasn't made by the package", () => {
    const clusters = topology.clusters.map((cluster) =>
      cluster.name === "north" ? { name: "north", kubeconfig: "north.yaml" } : cluster,
    );
    assert.equal(admission({ clusters })?.from, "anywhere");
  });

  it("are nobody once all accounts are revoked", () => {
    const accounts = [{ from: ["west", "north"], to: "east", revoked: true }];
    assert.deepEqual(admission({ access: { accounts } })?.identities, []);
  });

  it("is everybody again where the topology says so", () => {
    const clusters = topology.clusters.map((cluster) =>
      cluster.name === "east"
        ? { ...cluster, gateway: { admission: "everybody" as const } }
        : cluster,
    );
    assert.deepEqual(admission({ clusters }), { identities: ["*"], from: "anywhere" });
  });

  it("is no question where there is no gateway", () => {
    const plan = planOrThrow(topology, { name: "lab" });
    assert.equal(planGatewayAdmission(plan, "alone"), undefined);
  });
});
