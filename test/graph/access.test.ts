import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import type { AccessSpec } from "../../planning/topology.ts";
import { memberName, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { closure, find, isSecret, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const rbac = "kubernetes:rbac.authorization.k8s.io/v1";
const secretType = "kubernetes:core/v1:Secret";

/** West sees east from pod to pod, and north through its gateway. */
const registered = (access: AccessSpec = {}): Promise<Registration[]> =>
  registerTopology({
    clusters: [
      { name: "west", network: "lab" },
      { name: "east", network: "lab" },
      { name: "north" },
    ],
    links: [{ from: "west", to: ["east", "north"] }],
    access,
  });

/** Registrations of which something differs, by `+`, `-` or `~` and their key. */
function difference(before: readonly Registration[], later: readonly Registration[]): string[] {
  const olds = new Map(before.map((one) => [one.key, one]));
  const news = new Map(later.map((one) => [one.key, one]));
  // What the engine keeps from before in spite of what the program says now.
  const inputsOf = ({ inputs, ignoreChanges }: Registration) =>
    JSON.stringify({ ...inputs, ...Object.fromEntries(ignoreChanges.map((key) => [key, 0])) });
  return [
    ...[...news.values()].flatMap((one) => {
      const old = olds.get(one.key);
      if (old === undefined) return [`+ ${one.key}`];
      const masked = { ...old, ignoreChanges: one.ignoreChanges };
      return inputsOf(masked) === inputsOf(one) ? [] : [`~ ${one.key}`];
    }),
    ...[...olds.keys()].filter((key) => !news.has(key)).map((key) => `- ${key}`),
  ].sort();
}

void describe("an access account", async () => {
  const all = await registered();
  const [west, east, north] = ["west", "east", "north"].map((name) => memberName(all, name));
  const account = `${east ?? ""}-from-west`;

  void it("belongs to one source, in the target, where nothing runs under it", () => {
    const { inputs, provider, deletedWith } = find(
      all,
      "kubernetes:core/v1:ServiceAccount",
      account,
    );
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "linkerd-access-from-west", namespace: "linkerd-multicluster" },
      automountServiceAccountToken: false,
    });
    assert.equal(provider, `pulumi:providers:kubernetes::${east ?? ""}`);
    assert.equal(deletedWith, `kind:index:Cluster::${east ?? ""}`);
  });

  void it("has the rights of both controllers where traffic goes from pod to pod", () => {
    const follow = ["list", "watch"];
    assert.deepEqual(find(all, `${rbac}:ClusterRole`, account).inputs["rules"], [
      { apiGroups: [""], resources: ["services"], verbs: ["get", ...follow] },
      { apiGroups: [""], resources: ["endpoints"], verbs: follow },
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["linkerd-config"],
        verbs: ["get"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: follow },
      { apiGroups: ["apps"], resources: ["replicasets"], verbs: follow },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: follow },
      { apiGroups: ["policy.linkerd.io"], resources: ["servers"], verbs: follow },
    ]);
    const { roleRef, subjects } = find(all, `${rbac}:ClusterRoleBinding`, account).inputs;
    assert.deepEqual(roleRef, {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "linkerd-access-from-west",
    });
    assert.deepEqual(subjects, [
      {
        kind: "ServiceAccount",
        name: "linkerd-access-from-west",
        namespace: "linkerd-multicluster",
      },
    ]);
  });

  void it("has those of the service mirror alone where it goes through the gateway", () => {
    const { inputs } = find(all, `${rbac}:ClusterRole`, `${north ?? ""}-from-west`);
    const rules = inputs["rules"] as { resources: string[] }[];
    assert.deepEqual(
      rules.flatMap(({ resources }) => resources),
      ["services", "endpoints", "configmaps"],
    );
  });

  void it("waits for the target's namespace, and for nothing else that is installed there", () => {
    const token = find(all, secretType, `${account}.token-1`);
    const waitsFor = [...closure(all, token)];
    assert.ok(waitsFor.includes(`kubernetes:core/v1:Namespace::${east ?? ""}-multicluster`));
    assert.deepEqual(
      waitsFor.filter((key) => key.includes("Release")),
      [],
    );
  });

  void it("has its rights before linkerd-destination, which asks once, gets its credentials", () => {
    const needed = closure(all, find(all, secretType, `${west ?? ""}-to-east-destination`));
    assert.ok(needed.has(`${rbac}:ClusterRole::${account}`));
    assert.ok(needed.has(`${rbac}:ClusterRoleBinding::${account}`));
  });

  void it("gives linkerd-destination nothing for a Link through the gateway", () => {
    const secrets = all.filter(({ type, name }) => type === secretType && name.includes("-to-"));
    assert.deepEqual(secrets.map(({ name }) => name.replace(west ?? "", "west")).sort(), [
      "west-to-east-destination",
      "west-to-east-service-mirror",
      "west-to-north-service-mirror",
    ]);
  });

  void it("is the only one: the chart makes none", () => {
    const releases = all.filter(({ name }) => name.endsWith("-multicluster"));
    for (const { inputs } of releases.filter(({ type }) => type.endsWith(":Release"))) {
      const values = inputs["values"] as Record<string, unknown>;
      assert.equal(values["remoteMirrorServiceAccount"], false);
    }
  });
});

void describe("another generation of a token", async () => {
  const before = await registered();
  const later = await registered({
    accounts: [{ from: "west", to: "east", tokenGeneration: 2 }],
  });
  const [west, east] = ["west", "east"].map((name) => memberName(before, name));

  void it("is a new Secret, which all that depends on the old one goes over to", () => {
    assert.deepEqual(difference(before, later), [
      `+ ${secretType}::${east ?? ""}-from-west.token-2`,
      `- ${secretType}::${east ?? ""}-from-west.token-1`,
      `~ ${secretType}::${west ?? ""}-to-east-destination`,
      `~ ${secretType}::${west ?? ""}-to-east-service-mirror`,
      `~ kubernetes:multicluster.linkerd.io/v1alpha3:Link::${west ?? ""}-to-east`,
      `~ linkerd-topology:index:LinkReady::${west ?? ""}-to-east`,
    ]);
  });

  void it("is told to the gate, which has linkerd-destination recreated", () => {
    const credentials = (all: readonly Registration[]) =>
      find(all, "linkerd-topology:index:LinkReady", `${west ?? ""}-to-east`).inputs["credentials"];
    // What follows is a digest of the API server's address.
    for (const [all, token] of [
      [before, 1],
      [later, 2],
    ] as const) {
      const uid = `uid of ${east ?? ""}-from-west.token-${token}-`;
      assert.ok(String(credentials(all)).startsWith(uid), String(credentials(all)));
    }
  });

  void it("has the name of its generation in the cluster too, so that both exist for a while", () => {
    const { inputs } = find(later, secretType, `${east ?? ""}-from-west.token-2`);
    assert.deepEqual(inputs["metadata"], {
      name: "linkerd-access-from-west.token-2",
      namespace: "linkerd-multicluster",
      annotations: { "kubernetes.io/service-account.name": "linkerd-access-from-west" },
    });
  });
});

void describe("a revoked account", async () => {
  const before = await registered();
  const later = await registered({ accounts: [{ from: "west", to: "east", revoked: true }] });
  const [west, east] = ["west", "east"].map((name) => memberName(before, name));
  const gate = find(later, "linkerd-topology:index:LinkReady", `${west ?? ""}-to-east`);

  void it("loses its rights and its token; in the source only the gate changes", () => {
    assert.deepEqual(difference(before, later), [
      `- ${secretType}::${east ?? ""}-from-west.token-1`,
      // A mark, for it to be recreated when it is given back.
      `~ kubernetes:core/v1:ServiceAccount::${east ?? ""}-from-west`,
      `~ ${rbac}:ClusterRole::${east ?? ""}-from-west`,
      `~ linkerd-topology:index:LinkReady::${west ?? ""}-to-east`,
    ]);
    const { inputs } = find(later, `${rbac}:ClusterRole`, `${east ?? ""}-from-west`);
    // What everybody may: an empty list would be another change with every up.
    assert.deepEqual(inputs["rules"], [{ nonResourceURLs: ["/version"], verbs: ["get"] }]);
  });

  void it("is found out by the source's controllers once its rights are gone", () => {
    assert.equal(gate.inputs["revoked"], true);
    assert.ok(closure(later, gate).has(`${rbac}:ClusterRole::${east ?? ""}-from-west`));
  });

  void it("leaves no token where a source begins with it", () => {
    const { inputs } = find(later, secretType, `${west ?? ""}-to-east-service-mirror`);
    const data = inputs["stringData"];
    const text = isSecret(data) ? data.secret : data;
    assert.match(JSON.stringify(text), /\\"token\\":\\"revoked\\"/);
  });
});
