import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { countResources } from "../../planning/count-resources.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { Topology, TrustSpec } from "../../planning/topology.ts";
import { makeAuthority } from "../unit/authority.ts";
import {
  memberName,
  pair,
  registerTopology,
  temporaryDirectory,
  writeTemporary,
} from "./fixtures.ts";
import { closure, find, isSecret, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const ours = "linkerd-topology:index";
/** Links that need credentials for linkerd-destination as well, which those with a gateway alone don't get. */
const onOneNetwork: Topology = {
  clusters: pair.clusters.map((cluster) => ({ ...cluster, network: "lab" })),
  links: [{ between: ["west", "east"], mode: "mixed" }],
};
const both = [{ generation: 1 }, { generation: 2 }];
const register = (trust: TrustSpec, topology: Topology = pair) =>
  registerTopology({ ...topology, trust });

const keys = (all: readonly Registration[]) => all.map(({ key }) => key).sort();
const gates = (all: readonly Registration[]) =>
  all
    .filter(({ type }) => /:(TrustStep|ProxiesCurrent|AnchorsShared|IssuerReady)$/.test(type))
    .map(({ key }) => key)
    .sort();

/** What a registration asks for, with all that it depends on. */
const whole = ({ key, inputs, dependencies, parent, deletedWith }: Registration) =>
  JSON.stringify([key, inputs, [...dependencies].sort(), parent, deletedWith]);

void describe("one generation of the trust anchor", async () => {
  const all = await registerTopology(pair);

  void it("has no gates of trust, and no certificate that another name would be known by", () => {
    assert.deepEqual(
      gates(all),
      ["east", "west"].map((name) => `${ours}:ProxiesCurrent::${memberName(all, name)}-proxies`),
    );
    const current = find(all, `${ours}:ProxiesCurrent`, `${memberName(all, "west")}-proxies`);
    assert.equal(current.inputs["anchors"], undefined);
    assert.equal(current.inputs["namespaces"], undefined);
    const certificates = all.filter(({ type }) => type.startsWith("tls:"));
    assert.deepEqual(
      certificates.map(({ key }) => key.replace(/^tls:index\/\w+:/, "")).sort(),
      [
        ...["PrivateKey::lab", "SelfSignedCert::lab"],
        ...["west", "east"].flatMap((name) =>
          ["CertRequest", "LocallySignedCert", "PrivateKey"].map((kind) => `${kind}::lab-${name}`),
        ),
      ].sort(),
    );
  });

  void it("is the same whether a topology says it or not", async () => {
    const said = await register({ anchors: [{ generation: 1 }], signer: 1, restart: ["shop"] });
    assert.deepEqual(said.map(whole).sort(), all.map(whole).sort());
  });
});

void describe("a second generation", async () => {
  const before = await registerTopology(pair);
  const added = await register({ anchors: both, restart: ["shop"] });
  const west = memberName(added, "west");

  void it("comes beside everything that there was, which keeps its name", () => {
    const known = new Set(keys(before));
    assert.deepEqual(
      keys(before).filter((key) => !keys(added).includes(key)),
      [],
    );
    assert.deepEqual(
      keys(added).filter((key) => !known.has(key)),
      [
        `${ours}:TrustAnchor::lab-anchor-2`,
        `${ours}:TrustStep::lab`,
        "tls:index/privateKey:PrivateKey::lab-anchor-2",
        "tls:index/selfSignedCert:SelfSignedCert::lab-anchor-2",
      ].sort(),
    );
  });

  void it("changes what clusters trust, and nothing of Links or of the extension", () => {
    const later = new Map(added.map((one) => [one.key, one]));
    const changed = before.filter(
      (one) => JSON.stringify(later.get(one.key)?.inputs) !== JSON.stringify(one.inputs),
    );
    assert.deepEqual(
      changed.map(({ key }) => key).sort(),
      ["west", "east"]
        .map((name) => `${memberName(added, name)}-control-plane`)
        .flatMap((name) => [
          `kubernetes:core/v1:Secret::${name}-issuer`,
          `kubernetes:helm.sh/v3:Release::${name}`,
          `${ours}:ProxiesCurrent::${name.replace(/control-plane$/, "proxies")}`,
        ])
        .sort(),
    );
    const { inputs } = find(added, "kubernetes:helm.sh/v3:Release", `${west}-control-plane`);
    const bundle = (inputs["values"] as Record<string, string>)["identityTrustAnchorsPEM"] ?? "";
    assert.equal(bundle.match(/BEGIN CERTIFICATE/g)?.length, 2);
  });

  void it("is allowed before anything of it reaches a cluster, and waits for none", () => {
    const step = find(added, `${ours}:TrustStep`, "lab");
    assert.deepEqual(step.inputs["signers"], { west: "1", east: "1" });
    assert.match(
      (step.inputs["kubeconfigPaths"] as Record<string, string>)["west"] ?? "",
      /\/linkerd-topology\/linkerd-topology\/lab\/lab-west\.kubeconfig$/,
    );
    assert.deepEqual(
      [...closure(added, step)].filter((key) => /kind:index:Cluster|kubernetes/.test(key)),
      [],
    );
    for (const name of ["west", "east"]) {
      const prefix = `${memberName(added, name)}-control-plane`;
      for (const [type, logical] of [
        ["kubernetes:core/v1:Secret", `${prefix}-issuer`],
        ["kubernetes:helm.sh/v3:Release", prefix],
      ] as const) {
        assert.ok(find(added, type, logical).dependencies.includes(step.key), logical);
      }
    }
  });

  void it("is brought to the proxies after the control plane and its extension", () => {
    const current = find(added, `${ours}:ProxiesCurrent`, `${west}-proxies`);
    assert.deepEqual(current.inputs["namespaces"], ["shop"]);
    assert.equal(current.deletedWith, `kind:index:Cluster::${west}`);
    const needed = closure(added, current);
    assert.ok(needed.has(`${ours}:InjectorReady::${west}-control-plane`));
    assert.ok(needed.has(`kubernetes:helm.sh/v3:Release::${west}-multicluster`));
    assert.ok(![...needed].some((key) => key.includes(memberName(added, "east"))));
  });

  void it("signs all issuers, or one, with its own key, once it is told to", async () => {
    const keyOf = async (trust: TrustSpec, topology: Topology = pair) => {
      const all = await register(trust, topology);
      return ["west", "east"].map((name) => {
        const key = find(all, "tls:index/locallySignedCert:LocallySignedCert", `lab-${name}`)
          .inputs["caPrivateKeyPem"];
        assert.ok(isSecret(key));
        return key.secret;
      });
    };
    const [first, second] = ["private key lab", "private key lab-anchor-2"];
    assert.deepEqual(await keyOf({ anchors: both }), [first, first]);
    assert.deepEqual(await keyOf({ anchors: both, signer: 2 }), [second, second]);
    const one = { ...pair, clusters: [{ name: "west", trust: { signer: 2 } }, { name: "east" }] };
    assert.deepEqual(await keyOf({ anchors: both }, one), [second, first]);
  });

  void it("stays alone in the end, under the name that it has", async () => {
    const all = await register({ anchors: [{ generation: 2 }] });
    assert.ok(keys(all).includes(`${ours}:TrustAnchor::lab-anchor-2`));
    assert.ok(!keys(all).includes(`${ours}:TrustAnchor::lab`));
    assert.equal(gates(all).length, 3);
  });
});

void describe("certificates of one's own", () => {
  const root = makeAuthority({ subject: "root", pathLength: 1 });
  const issuer = makeAuthority({ subject: "issuer", signedBy: root, pathLength: 0 });
  const certificateFile = writeTemporary("root.crt", root.certificate);
  const keyFile = writeTemporary("root.key", root.key);

  void it("sign the issuers that the package makes", async () => {
    const all = await register({ anchors: [{ generation: 1, certificateFile, keyFile }] });
    assert.ok(!keys(all).includes(`${ours}:TrustAnchor::lab`));
    const { inputs } = find(all, "tls:index/locallySignedCert:LocallySignedCert", "lab-west");
    assert.equal(inputs["caCertPem"], root.certificate);
    assert.deepEqual(inputs["caPrivateKeyPem"], { secret: root.key });
  });

  void it("reach their cluster, the key in its Secret alone; and Links wait until anchors were compared", async () => {
    const all = await register(
      { anchors: [{ generation: 1, certificate: root.certificate }] },
      {
        ...onOneNetwork,
        clusters: ["west", "east"].map((name) => ({
          name,
          network: "lab",
          trust: {
            issuer: {
              certificate: issuer.certificate,
              keyFile: writeTemporary(`${name}.key`, issuer.key),
            },
          },
        })),
      },
    );
    const [west, east] = [memberName(all, "west"), memberName(all, "east")];
    const body = issuer.key.split("\n")[1] ?? "";
    const having = all.filter(({ inputs }) => JSON.stringify(inputs).includes(body));
    assert.deepEqual(
      keys(having),
      [west, east].map((name) => `kubernetes:core/v1:Secret::${name}-control-plane-issuer`).sort(),
    );
    for (const one of having) assert.ok(isSecret(one.inputs["stringData"]));
    const shared = find(all, `${ours}:AnchorsShared`, `${west}-to-east`);
    for (const name of [west, east]) {
      assert.ok(shared.dependencies.includes(`${ours}:InjectorReady::${name}-control-plane`));
    }
    const needed = (type: string, name: string) => find(all, type, name).dependencies;
    for (const suffix of ["-service-mirror", "-destination"]) {
      const secret = needed("kubernetes:core/v1:Secret", `${west}-to-east${suffix}`);
      assert.ok(secret.includes(shared.key));
    }
    assert.ok(
      needed("kubernetes:multicluster.linkerd.io/v1alpha3:Link", `${west}-to-east`).includes(
        shared.key,
      ),
    );
  });

  void it("count for as many resources as they are", async () => {
    const own = { certificate: issuer.certificate, keyFile: writeTemporary("own.key", issuer.key) };
    const withOwn: Topology = {
      ...pair,
      clusters: [{ name: "west", trust: { issuer: own } }, { name: "east" }],
    };
    const given = [{ generation: 1, certificateFile, keyFile }];
    const uncounted = await Promise.all(
      [
        pair,
        { ...pair, trust: { anchors: both } },
        { ...pair, trust: { anchors: [{ generation: 2 }] } },
        { ...pair, trust: { anchors: given } },
        { ...withOwn, trust: { anchors: given } },
      ].map(
        async (topology) =>
          (countResources(planOrThrow(topology, { name: "lab" })) ?? 0) -
          (await registerTopology(topology)).length,
      ),
    );
    assert.deepEqual(uncounted, Array(5).fill(uncounted[0]));
  });

  void it("come from cert-manager, which is waited for before the control plane", async () => {
    const kubeconfig = writeTemporary("staging.kubeconfig", "kubeconfig of staging");
    const all = await register(
      { anchors: [{ generation: 1, certificateFile, keyFile }], domain: "mesh.example" },
      {
        clusters: [
          { name: "staging", kubeconfig, trust: { issuer: { certManager: { name: "mesh" } } } },
        ],
      },
    );
    const name = "lab-staging-control-plane";
    const { inputs } = find(all, "kubernetes:cert-manager.io/v1:Certificate", `${name}-issuer`);
    const spec = inputs["spec"] as Record<string, unknown>;
    assert.equal(spec["commonName"], "identity.linkerd.mesh.example");
    assert.equal(spec["isCA"], true);
    assert.deepEqual(spec["privateKey"], {
      algorithm: "ECDSA",
      size: 256,
      rotationPolicy: "Always",
    });
    const ready = `${ours}:IssuerReady::${name}-issuer`;
    const release = find(all, "kubernetes:helm.sh/v3:Release", name);
    assert.ok(release.dependencies.includes(ready));
    assert.ok(!keys(all).includes(`kubernetes:core/v1:Secret::${name}-issuer`));
  });
});

void describe("domains of a cluster", async () => {
  const all = await registerTopology({
    ...onOneNetwork,
    clusters: [
      { name: "west", network: "lab", trust: { domain: "west.mesh" } },
      { name: "east", network: "lab", clusterDomain: "east.example" },
    ],
    trust: { domain: "mesh.example" },
  });
  const [west, east] = [memberName(all, "west"), memberName(all, "east")];
  const values = (name: string) =>
    find(all, "kubernetes:helm.sh/v3:Release", name).inputs["values"] as Record<string, unknown>;

  void it("reach every chart that has a copy of them", () => {
    assert.equal(values(`${west}-control-plane`)["identityTrustDomain"], "west.mesh");
    assert.equal(values(`${west}-control-plane`)["clusterDomain"], "cluster.local");
    assert.equal(values(`${west}-multicluster`)["identityTrustDomain"], "west.mesh");
    assert.equal(values(`${east}-control-plane`)["identityTrustDomain"], "mesh.example");
    assert.equal(values(`${east}-control-plane`)["clusterDomain"], "east.example");
  });

  void it("reach kubeadm, where they are not the usual ones", () => {
    const domain = (name: string) => find(all, "kind:index:Cluster", name).inputs["clusterDomain"];
    assert.deepEqual([domain(west), domain(east)], [undefined, "east.example"]);
  });

  void it("are the target's in each Link and in its credentials", () => {
    const annotations = (name: string) =>
      (
        find(all, "kubernetes:core/v1:Secret", `${name}-destination`).inputs["metadata"] as {
          annotations: object;
        }
      ).annotations;
    const key = (name: string) => `multicluster.linkerd.io/${name}-domain`;
    assert.deepEqual(annotations(`${west}-to-east`), {
      [key("trust")]: "mesh.example",
      [key("cluster")]: "east.example",
    });
    assert.deepEqual(annotations(`${east}-to-west`), {
      [key("trust")]: "west.mesh",
      [key("cluster")]: "cluster.local",
    });
    const spec = (name: string) =>
      find(all, "kubernetes:multicluster.linkerd.io/v1alpha3:Link", name).inputs["spec"] as Record<
        string,
        string
      >;
    assert.equal(spec(`${west}-to-east`)["targetClusterDomain"], "east.example");
    assert.match(spec(`${east}-to-west`)["gatewayIdentity"] ?? "", /\.linkerd\.west\.mesh$/);
  });

  void it("stand in the subjects of certificates", () => {
    const subject = (type: string, name: string) => find(all, type, name).inputs["subject"];
    assert.deepEqual(subject("tls:index/selfSignedCert:SelfSignedCert", "lab"), {
      commonName: "root.linkerd.mesh.example",
    });
    assert.deepEqual(subject("tls:index/certRequest:CertRequest", "lab-west"), {
      commonName: "identity.linkerd.west.mesh",
    });
  });
});
