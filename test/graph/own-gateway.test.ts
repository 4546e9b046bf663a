import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { countResources } from "../../planning/count-resources.ts";
import { planOrThrow } from "../../planning/plan.ts";
import { memberName, registerTopology, sources, temporaryDirectory } from "./fixtures.ts";
import { closure, find } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const own = {
  namespace: "traefik",
  selector: { "app.kubernetes.io/name": "traefik" },
  serviceAccount: "traefik",
};
const topology = {
  clusters: [
    { name: "west", slot: 1 },
    { name: "east", slot: 2, podSubnet: "10.10.0.0/21", gateway: { own } },
  ],
  links: [{ between: ["west", "east"] }],
};
const identity = "traefik.traefik.serviceaccount.identity.linkerd.cluster.local";
const type = "linkerd-topology:index:OwnGateway";

void describe("an ingress of one's own as the gateway", async () => {
  const all = await registerTopology(topology);
  const name = `${memberName(all, "east")}-own-gateway`;
  const made = find(all, type, name);

  void it("has the resources that were counted, and only where the topology wants it", () => {
    assert.equal(countResources(planOrThrow(topology, { name: "lab", sources })), all.length + 1);
    assert.equal(all.filter((one) => one.type === type).length, 1);
  });

  void it("is reached at the ports and by the identity that the Link has", () => {
    assert.partialDeepStrictEqual(made.inputs, {
      ...own,
      identity,
      serviceType: "NodePort",
      port: 30_143,
      probePort: 30_191,
      identities: ["*"],
      networks: ["0.0.0.0/0", "::/0"],
    });
    const link = all.find((one) => one.type.endsWith(":Link") && one.name.endsWith("-to-east"));
    assert.partialDeepStrictEqual(
      find(all, "kubernetes:multicluster.linkerd.io/v1alpha3:Link", link?.name ?? "").inputs[
        "spec"
      ],
      {
        gatewayPort: "30143",
        gatewayIdentity: identity,
        probeSpec: { path: "/ready", port: "30191", period: "3s" },
      },
    );
  });

  void it("replaces Linkerd's own gateway, of that cluster alone, once that is gone", () => {
    const release = (cluster: string) =>
      find(all, "kubernetes:helm.sh/v3:Release", `${memberName(all, cluster)}-multicluster`);
    const gateway = (cluster: string) =>
      (release(cluster).inputs["values"] as { gateway: { enabled: boolean } }).gateway.enabled;
    assert.deepEqual([gateway("west"), gateway("east")], [true, false]);
    assert.ok(closure(all, made).has(release("east").key));
  });

  void it("goes with its kind cluster", () => {
    assert.equal(made.deletedWith, `kind:index:Cluster::${memberName(all, "east")}`);
  });
});

void describe("an ingress of one's own behind the load balancer that the package brings", async () => {
  const [west, east] = topology.clusters;
  const balanced = {
    ...topology,
    clusters: [
      { ...west, name: "west" },
      {
        ...east,
        name: "east",
        gateway: {
          own,
          serviceType: "LoadBalancer" as const,
          serviceAnnotations: { "example.com/shared": "edge" },
        },
      },
    ],
    docker: { subnet: "172.30.0.0/16" },
  };
  const all = await registerTopology(balanced);
  const [made] = all.filter((one) => one.type === type);

  void it("has the planned address, which the Link leads to, and the Service's annotations", () => {
    assert.partialDeepStrictEqual(made?.inputs, {
      serviceType: "LoadBalancer",
      port: 4143,
      probePort: 4191,
      loadBalancerIP: "172.30.128.16",
      annotations: { "example.com/shared": "edge" },
    });
    const link = all.find((one) => one.type.endsWith(":Link") && one.name.endsWith("-to-east"));
    assert.partialDeepStrictEqual(
      find(all, "kubernetes:multicluster.linkerd.io/v1alpha3:Link", link?.name ?? "").inputs[
        "spec"
      ],
      { gatewayAddress: "172.30.128.16", gatewayPort: "4143" },
    );
  });

  void it("brings that load balancer, and nothing is left uncounted", () => {
    const pool = find(
      all,
      "kubernetes:metallb.io/v1beta1:IPAddressPool",
      `${memberName(all, "east")}-load-balancer-ipaddresspool`,
    );
    assert.deepEqual(pool.inputs["spec"], { addresses: ["172.30.128.16/29"] });
    assert.equal(countResources(planOrThrow(balanced, { name: "lab", sources })), all.length + 1);
  });
});

void describe("an ingress of one's own that admits the linked clusters", async () => {
  const [west, east] = topology.clusters;
  const all = await registerTopology({
    ...topology,
    clusters: [
      { ...west, name: "west", trust: { domain: "west.test" } },
      { ...east, name: "east", gateway: { own, admission: "linked" as const } },
    ],
  });
  const [made] = all.filter((one) => one.type === type);

  void it("has their identities and addresses in its own policies, not in Linkerd's chart's", () => {
    assert.partialDeepStrictEqual(made?.inputs, {
      identities: ["*.serviceaccount.identity.linkerd.west.test"],
    });
    assert.ok((made?.inputs["networks"] as string[]).includes("10.10.0.0/21"));
    assert.ok(!all.some((one) => one.type === "linkerd-topology:index:GatewayAdmission"));
  });
});

void describe("an ingress of one's own in a cluster that exists", async () => {
  const { writeTemporary } = await import("./fixtures.ts");
  const kubeconfig = writeTemporary(
    "east.kubeconfig",
    JSON.stringify({
      "current-context": "admin",
      contexts: [{ name: "admin", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c" }],
      users: [{ name: "u" }],
    }),
  );
  const all = await registerTopology({
    clusters: [
      { name: "west" },
      {
        name: "east",
        kubeconfig,
        apiServer: "https://203.0.113.7:6443",
        gateway: { own, serviceType: "LoadBalancer", addresses: ["203.0.113.9"], port: 443 },
      },
    ],
    links: [{ from: "west", to: "east" }],
  });
  const [made] = all.filter((one) => one.type === type);

  void it("has a Service with the proxy's ports, whatever stands before it", () => {
    assert.partialDeepStrictEqual(made?.inputs, {
      serviceType: "LoadBalancer",
      port: 4143,
      probePort: 4191,
    });
  });

  void it("is removed before the guard lets go of the cluster", () => {
    assert.ok(made);
    const guard = find(all, "linkerd-topology:index:ClusterGuard", "lab-east");
    assert.ok(closure(all, guard).has(made.key));
    assert.equal(made.deletedWith, undefined);
  });
});
