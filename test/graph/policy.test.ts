import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { DefaultDeny } from "../../components/policy/default-deny.ts";
import { GatewayAdmission } from "../../components/policy/gateway-admission.ts";
import { ServicePolicy, type ServicePolicyArgs } from "../../components/policy/service-policy.ts";
import { Topology } from "../../components/topology.ts";
import { countResources } from "../../planning/count-resources.ts";
import { planOrThrow } from "../../planning/plan.ts";
import { sources, temporaryDirectory } from "./fixtures.ts";
import { closure, find, register, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const topology = {
  clusters: [
    { name: "west", network: "lab", podSubnet: "10.20.0.0/21" },
    { name: "east", network: "lab", podSubnet: "10.10.0.0/21" },
    { name: "north" },
  ],
  links: [{ from: ["west", "north"], to: "east" }],
};
const make = () => new Topology("lab", { topology, sources });

/** What a program registers for itself, besides the topology. */
async function registered(program: (lab: Topology) => unknown): Promise<Registration[]> {
  const all = await register(() => program(make()));
  return all.filter(({ name }) => !name.startsWith("lab"));
}

const web = (over: Partial<ServicePolicyArgs> = {}) => ({
  cluster: "east",
  namespace: "shop",
  service: "web",
  pods: { app: "web" },
  port: "http",
  ...over,
});
const policy = "kubernetes:policy.linkerd.io";

void describe("a policy of a Service", async () => {
  const all = await registered(
    (lab) =>
      new ServicePolicy("web", {
        topology: lab,
        ...web({
          clients: [{ cluster: "west", namespace: "shop", serviceAccount: "checkout" }],
          throughGateway: true,
        }),
      }),
  );
  const spec = (kind: string, name: string) =>
    find(all, `${policy}/v1alpha1:${kind}`, name).inputs["spec"];
  const server = find(all, `${policy}/v1beta3:Server`, "web");

  void it("is one Server, which refuses whom nothing lets in", () => {
    assert.deepEqual(server.inputs, {
      apiVersion: "policy.linkerd.io/v1beta3",
      kind: "Server",
      metadata: { name: "web-http", namespace: "shop" },
      spec: {
        podSelector: { matchLabels: { app: "web" } },
        port: "http",
        proxyProtocol: "unknown",
        accessPolicy: "deny",
      },
    });
    assert.match(server.provider ?? "", /^pulumi:providers:kubernetes::lab-east-/);
  });

  void it("asks a named client for its identity and for its cluster's addresses, both", () => {
    assert.deepEqual(spec("AuthorizationPolicy", "web-from-west"), {
      targetRef: { group: "policy.linkerd.io", kind: "Server", name: "web-http" },
      requiredAuthenticationRefs: [
        { group: "policy.linkerd.io", kind: "MeshTLSAuthentication", name: "web-http-from-west" },
        { group: "policy.linkerd.io", kind: "NetworkAuthentication", name: "web-http-from-west" },
      ],
    });
    assert.deepEqual(spec("MeshTLSAuthentication", "web-from-west"), {
      identities: ["checkout.shop.serviceaccount.identity.linkerd.cluster.local"],
    });
    assert.deepEqual(spec("NetworkAuthentication", "web-from-west"), {
      networks: [{ cidr: "10.20.0.0/21" }],
    });
  });

  void it("lets in what comes through the gateway, from its own cluster", () => {
    assert.deepEqual(spec("MeshTLSAuthentication", "web-from-gateway"), {
      identities: [
        "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local",
      ],
    });
    assert.deepEqual(spec("NetworkAuthentication", "web-from-gateway"), {
      networks: [{ cidr: "10.10.0.0/21" }],
    });
  });

  void it("refuses nobody before all who may are let in", () => {
    const before = closure(all, server);
    for (const name of ["web-from-west", "web-from-gateway"]) {
      assert.ok(before.has(`${policy}/v1alpha1:AuthorizationPolicy::${name}`), name);
    }
  });

  void it("has a name of its own where a Service and a port end and begin with the same words", async () => {
    const both = await registered((lab) => {
      new ServicePolicy("one", { topology: lab, ...web({ service: "a", port: "b-c" }) });
      new ServicePolicy("other", { topology: lab, ...web({ service: "a-b", port: "c" }) });
    });
    const names = both
      .filter(({ type }) => type === `${policy}/v1beta3:Server`)
      .map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
    assert.deepEqual(names.sort(), ["a-b-c", "a.b-c"]);
  });

  void it("for a single client of a gateway Link is refused, with nothing registered for it", async () => {
    const error = await registered((lab) => {
      const clients = [{ cluster: "north", namespace: "shop", serviceAccount: "checkout" }];
      assert.throws(
        () => new ServicePolicy("web", { topology: lab, ...web({ clients }) }),
        /^Error: the policy web can't be planned:\n {2}clients\[0\]: .*can't be distinguished from other clients/,
      );
    });
    assert.deepEqual(error, []);
  });
});

void it("two policies for one port of a Service are refused", async () => {
  const all = await registered((lab) => {
    new ServicePolicy("web", { topology: lab, ...web() });
    assert.throws(
      () => new ServicePolicy("again", { topology: lab, ...web() }),
      /^Error: the policy again: the policy of shop\/web, port http belongs to the policy web already \(write both as one, or remove one\)$/,
    );
    new ServicePolicy("another-port", { topology: lab, ...web({ port: "admin" }) });
    new ServicePolicy("elsewhere", { topology: lab, ...web({ cluster: "west" }) });
  });
  const servers = all.filter(({ type }) => type === `${policy}/v1beta3:Server`);
  assert.deepEqual(servers.map(({ name }) => name).sort(), ["another-port", "elsewhere", "web"]);
});

void describe("a namespace that denies by default", async () => {
  const all = await registered((lab) => {
    const east = lab.clusters["east"];
    assert.ok(east);
    new DefaultDeny("shop", { cluster: east, namespace: "shop" });
    new DefaultDeny("theirs", { cluster: east, namespace: "theirs", create: false });
  });
  const deny = { "config.linkerd.io/default-inbound-policy": "deny" };

  void it("is made with proxies, without which nobody is refused", () => {
    const { inputs } = find(all, "kubernetes:core/v1:Namespace", "shop");
    assert.deepEqual(inputs["metadata"], {
      name: "shop",
      annotations: { ...deny, "linkerd.io/inject": "enabled" },
    });
  });

  void it("that is somebody's gets the one annotation", () => {
    const { inputs } = find(all, "kubernetes:core/v1:NamespacePatch", "theirs");
    assert.deepEqual(inputs["metadata"], { name: "theirs", annotations: deny });
  });
});

void describe("a narrowed gateway", async () => {
  const narrowed = (from: "anywhere" | { docker: true; podSubnet: string }, ...who: string[]) =>
    registered((lab) => {
      const east = lab.clusters["east"];
      assert.ok(east);
      new GatewayAdmission("gateway", {
        cluster: east,
        extension: { installed: lab },
        admission: { identities: who, from },
        dockerSubnet: "172.30.0.0/16",
      });
    });
  const docker = { docker: true, podSubnet: "10.10.0.0/21" } as const;
  const all = await narrowed(docker, "*.serviceaccount.identity.linkerd.west.test");

  void it("lets in the identities and addresses of its sources, in the chart's own objects", () => {
    const identities = find(
      all,
      `${policy}/v1alpha1:MeshTLSAuthenticationPatch`,
      "gateway-any-meshed",
    );
    assert.deepEqual(identities.inputs["metadata"], {
      name: "any-meshed",
      namespace: "linkerd-multicluster",
      annotations: { "pulumi.com/patchForce": "true" },
    });
    assert.deepEqual(identities.inputs["spec"], {
      identities: ["*.serviceaccount.identity.linkerd.west.test"],
    });
    const networks = find(
      all,
      `${policy}/v1alpha1:NetworkAuthenticationPatch`,
      "gateway-source-cluster",
    );
    assert.deepEqual(networks.inputs["spec"], {
      networks: [{ cidr: "172.30.0.0/16" }, { cidr: "10.10.0.0/21" }],
    });
  });

  void it("is wide again, not left as it was, where addresses are not known", async () => {
    const wide = await narrowed("anywhere");
    const [networks] = wide.filter(({ type }) => type.endsWith("NetworkAuthenticationPatch"));
    assert.deepEqual(networks?.inputs["spec"], {
      networks: [{ cidr: "0.0.0.0/0" }, { cidr: "::/0" }],
    });
    const [identities] = wide.filter(({ type }) => type.endsWith("MeshTLSAuthenticationPatch"));
    assert.deepEqual(identities?.inputs["spec"], { identities: ["nobody.invalid"] });
  });
});

void describe("a gateway of a topology", () => {
  const made = async (admission?: "linked" | "everybody") => {
    const clusters = topology.clusters.map((cluster) =>
      cluster.name === "east" && admission !== undefined
        ? { ...cluster, gateway: { admission } }
        : cluster,
    );
    const all = await register(
      () => new Topology("lab", { topology: { ...topology, clusters }, sources }),
    );
    const spec = (kind: string) =>
      all.find(({ type }) => type === `${policy}/v1alpha1:${kind}Patch`)?.inputs["spec"];
    return {
      components: all.filter(({ type }) => type.endsWith(":GatewayAdmission")).length,
      identities: spec("MeshTLSAuthentication"),
      networks: spec("NetworkAuthentication"),
      planned: countResources(planOrThrow({ ...topology, clusters }, { name: "lab" })),
    };
  };

  void it("is left as Linkerd's chart makes it where the topology says nothing", async () => {
    const { components, identities } = await made();
    assert.deepEqual([components, identities], [0, undefined]);
  });

  void it("lets in those that are linked to it, where it says so", async () => {
    const one = await made("linked");
    assert.equal(one.components, 1);
    assert.deepEqual(one.identities, {
      identities: ["*.serviceaccount.identity.linkerd.cluster.local"],
    });
    assert.deepEqual(one.networks, {
      networks: [{ cidr: "172.18.0.0/16" }, { cidr: "10.10.0.0/21" }],
    });
    assert.equal((one.planned ?? 0) - ((await made()).planned ?? 0), 3);
  });

  void it("lets in everybody again, where it says so", async () => {
    const one = await made("everybody");
    assert.deepEqual(one.identities, { identities: ["*"] });
    assert.deepEqual(one.networks, { networks: [{ cidr: "0.0.0.0/0" }, { cidr: "::/0" }] });
  });
});
