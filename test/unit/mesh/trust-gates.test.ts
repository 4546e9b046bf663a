import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { anchorsShared } from "../../../providers/mesh/anchors-shared.ts";
import { issuerReady } from "../../../providers/mesh/issuer-ready.ts";
import { proxiesCurrent } from "../../../providers/mesh/proxies-current.ts";
import { trustStep } from "../../../providers/mesh/trust-step.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { unknown } from "../../../providers/server/index.ts";
import { makeAuthority } from "../authority.ts";
import { testContext } from "./context.ts";
import { makeGeneration, TrustingCluster } from "./trusting-cluster.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:TrustStep::lab";
const first = makeGeneration("1");
const second = makeGeneration("2");
const both = first.root.certificate + second.root.certificate;

let west: TrustingCluster;
let east: TrustingCluster;
let directory: string;
let files: Record<string, string>;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "linkerd-topology-trust-"));
});
after(() => rm(directory, { recursive: true }));

beforeEach(async () => {
  west = await TrustingCluster.start(first);
  east = await TrustingCluster.start(first);
  files = {};
  for (const [name, { fake }] of Object.entries({ west, east })) {
    files[name] = path.join(directory, `${name}.kubeconfig`);
    await writeFile(files[name], fake.kubeconfig);
  }
});
afterEach(async () => {
  await Promise.all([west.fake.stop(), east.fake.stop()]);
});

const current = async (cluster: TrustingCluster, anchors: string, namespaces: string[] = []) => {
  const { context, said } = testContext();
  const inputs = { kubeconfig: cluster.fake.kubeconfig, anchors, namespaces, triggers: [] };
  await proxiesCurrent.create({ urn, inputs }, context);
  return said;
};

const step = (anchors: Record<string, string>, signers: Record<string, string>): PropertyMap => ({
  anchors,
  signers,
  kubeconfigPaths: files,
  contexts: {},
});

const allow = (inputs: PropertyMap, oldInputs?: PropertyMap) => {
  const { context } = testContext();
  return oldInputs === undefined
    ? trustStep.create({ urn, inputs }, context)
    : trustStep.update({ id: "x", urn, oldInputs, oldOutputs: {}, newInputs: inputs }, context);
};

const one = { "1": first.root.certificate };
const two = { ...one, "2": second.root.certificate };
const only = { "2": second.root.certificate };
const signers = (signer: string) => ({ west: signer, east: signer });

describe("ProxiesCurrent", () => {
  it("restarts nothing where nothing changed", async () => {
    await current(west, first.root.certificate, ["shop"]);
    assert.deepEqual(west.restarted, []);
  });

  it("restarts what started with other anchors, and nothing of namespaces that nobody named", async () => {
    west.trust(first.root, second.root);
    await current(west, both, ["shop", "there-is-none"]);
    assert.deepEqual(west.restarted, ["linkerd-multicluster/linkerd-gateway", "shop/web"]);
    const bank = west.pods.find(({ namespace }) => namespace === "bank");
    assert.equal(bank?.bundle, first.root.certificate);
  });

  it("restarts linkerd-identity for a new issuer, then the control plane, then the rest", async () => {
    west.install(makeAuthority({ subject: "next", signedBy: first.root }));
    await current(west, first.root.certificate, ["shop"]);
    assert.deepEqual(west.restarted, [
      "linkerd/linkerd-identity",
      "linkerd/linkerd-destination",
      "linkerd-multicluster/linkerd-gateway",
      "shop/web",
    ]);
    west.restarted.length = 0;
    await current(west, first.root.certificate, ["shop"]);
    assert.deepEqual(west.restarted, [], "and once is enough");
  });

  it("tells of pods that nothing would make anew, and doesn't wait for them", async () => {
    west.putBarePod("shop", "by-hand");
    west.trust(first.root, second.root);
    const said = await current(west, both, ["shop"]);
    assert.match(said.join("\n"), /warning: shop\/by-hand has to be made anew by hand/);
  });

  it("is behind, to a refresh, where proxies are", async () => {
    const { context } = testContext();
    const outputs = {
      kubeconfig: west.fake.kubeconfig,
      anchors: both,
      namespaces: ["shop"],
      trouble: "",
    };
    west.trust(first.root, second.root);
    const read = await proxiesCurrent.read({ id: "x", urn, inputs: {}, outputs }, context);
    assert.match(
      JSON.stringify(read?.outputs["trouble"]),
      /shop\/Deployment\/web is to be restarted/,
    );
    assert.ok(read);
    const inputs = { anchors: both };
    const { changes } = await proxiesCurrent.diff({
      id: "x",
      urn,
      oldInputs: inputs,
      oldOutputs: read.outputs,
      newInputs: inputs,
    });
    assert.deepEqual(Object.keys(changes), ["trouble"]);
  });
});

describe("TrustStep", () => {
  it("lets a whole rotation pass, step by step, on running clusters", async () => {
    const all = [west, east];
    const everywhere = ["shop", "bank"];
    await allow(step(two, signers("1")));
    for (const cluster of all) {
      cluster.trust(first.root, second.root);
      await current(cluster, both, everywhere);
    }
    await allow(step(two, signers("2")), step(two, signers("1")));
    for (const cluster of all) {
      cluster.install(makeAuthority({ subject: "issuer 2", signedBy: second.root }));
      await current(cluster, both, everywhere);
    }
    await allow(step(only, signers("2")), step(two, signers("2")));
    for (const cluster of all) {
      cluster.trust(second.root);
      await current(cluster, second.root.certificate, everywhere);
      assert.ok(cluster.pods.every(({ bundle }) => ["", second.root.certificate].includes(bundle)));
    }
  });

  it("refuses what would cost traffic, with where and why, and changes nothing", async () => {
    await assert.rejects(allow(step(only, signers("2"))), (error: Error) => {
      assert.match(error.message, /refused, and nothing was changed in any cluster/);
      assert.match(
        error.message,
        /CN=root 1 .*can't be taken out.* signs the issuer of "west", "east"/,
      );
      assert.match(error.message, /generation 2, CN=root 2 .*not trusted in "west", "east"/);
      return true;
    });
    west.trust(first.root, second.root);
    east.trust(first.root, second.root);
    await current(west, both, ["shop", "bank"]);
    const writes = () =>
      [west, east].flatMap(({ fake }) => fake.requests.filter((one) => !one.startsWith("GET")));
    const before = writes();
    await assert.rejects(
      allow(step(two, signers("2"))),
      /proxies started before they could trust it, of east: bank\/Deployment\/web, linkerd-multicluster\/Deployment\/linkerd-gateway, shop\/Deployment\/web/,
    );
    assert.deepEqual(writes(), before);
  });

  it("waits until certificates are renewed, which proxies tell by when theirs ends", async () => {
    west.trust(first.root, second.root);
    east.trust(first.root, second.root);
    for (const cluster of [west, east]) await current(cluster, both, ["shop", "bank"]);
    for (const cluster of [west, east]) {
      cluster.install(makeAuthority({ subject: "issuer 2", signedBy: second.root }));
      await current(cluster, both, ["shop"]);
    }
    const next = () => allow(step(only, signers("2")), step(two, signers("2")));
    await assert.rejects(
      next(),
      /certificates may still come from it of west: bank\/Deployment\/web/,
    );
    for (const cluster of [west, east]) {
      cluster.tick(24 * 3600);
      const pod = cluster.fake.get("/apis/apps/v1/namespaces/linkerd/deployments/linkerd-identity");
      assert.ok(pod);
      const args = ["-identity-issuance-lifetime=24h0m0s"];
      (pod["spec"] as { template: object }).template = {
        metadata: { annotations: {} },
        spec: { containers: [{ name: "identity", args }] },
      };
      const expiry = Date.parse(cluster.now) / 1000 + 24 * 3600;
      const { items } = (
        cluster.fake.answers.get("/api/v1/pods") as {
          body: { items: { metadata: { name: string; namespace: string } }[] };
        }
      ).body;
      for (const { metadata } of items) {
        cluster.fake.answers.set(
          `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}:4191/proxy/metrics`,
          { status: 200, body: `identity_cert_expiration_timestamp_seconds ${expiry}\n` },
        );
      }
    }
    await next();
  });

  it("lets a topology begin with any generation where no cluster runs", async () => {
    files = { west: path.join(directory, "nothing"), east: path.join(directory, "nowhere") };
    await allow(step(only, signers("2")));
  });

  it("does not take a cluster for new whose kubeconfig is gone", async () => {
    const inputs = step(two, signers("2"));
    const gone = { ...files, east: path.join(directory, "gone") };
    const before = step(two, signers("1"));
    await assert.rejects(
      allow({ ...inputs, kubeconfigPaths: gone }, { ...before, kubeconfigPaths: gone }),
      /"east" is ready for this step can't be told: east: its kubeconfig .*gone is gone/,
    );
  });

  it("tells in a preview already which step comes too early", async () => {
    const check = async (olds: PropertyMap, news: PropertyMap) =>
      (await trustStep.check({ urn, olds, news })).failures ?? [];
    const reasons = async (olds: PropertyMap, news: PropertyMap) =>
      (await check(olds, news)).map(({ property, reason }) => `${property}: ${reason}`).join("\n");
    const unmade = { ...one, "2": unknown } as never;
    assert.match(
      await reasons(step(one, signers("1")), step(unmade, signers("2"))),
      /^signers.west: generation 2 .*same update in which it is added/,
    );
    assert.match(
      await reasons(step(two, signers("1")), step(only, signers("2"))),
      /signers.east: generation 1 .*can't be taken out in the same update/,
    );
    for (const [olds, news] of [
      [{}, step(only, signers("2"))],
      [step(one, signers("1")), step(unmade, signers("1"))],
      [step(two, signers("1")), step(two, signers("2"))],
      [step(two, signers("2")), step(only, signers("2"))],
    ] as const) {
      assert.deepEqual(await check(olds, news), []);
    }
  });
});

describe("AnchorsShared", () => {
  const compare = () => {
    const { context } = testContext();
    const inputs = { source: "west", target: "east", kubeconfigPaths: files, triggers: [] };
    return anchorsShared.create({ urn, inputs }, context);
  };
  const fingerprint = (pem: string) => new X509Certificate(pem).fingerprint256;

  it("is there where both trust the same, in whatever order", async () => {
    await compare();
    west.trust(first.root, second.root);
    east.trust(second.root, first.root);
    await compare();
  });

  it("is refused where they don't, and shows what each trusts", async () => {
    east.trust(second.root);
    east.install(second.issuer);
    await assert.rejects(compare(), (error: Error) => {
      assert.match(error.message, /Link from west to east was not made.*different anchors/);
      assert.ok(
        error.message.includes(`west: CN=root 1 (SHA-256 ${fingerprint(first.root.certificate)})`),
      );
      assert.ok(
        error.message.includes(`east: CN=root 2 (SHA-256 ${fingerprint(second.root.certificate)})`),
      );
      return true;
    });
  });

  it("is refused where one end has an issuer that neither would accept", async () => {
    east.install(second.issuer);
    await assert.rejects(compare(), /the issuer of east \(SHA-256 .*signed by none of the anchors/);
  });
});

describe("IssuerReady", () => {
  const wait = () => {
    const { context } = testContext();
    const inputs = { kubeconfig: west.fake.kubeconfig, anchors: first.root.certificate };
    return issuerReady.create({ urn, inputs }, context);
  };

  it("waits for the Secret, and takes an issuer that the mesh can trust", async () => {
    const secret = "/api/v1/namespaces/linkerd/secrets/linkerd-identity-issuer";
    const stored = west.fake.get(secret);
    assert.ok(stored);
    west.fake.remove(secret);
    let asked = 0;
    west.fake.onRequest = (_, asking) => {
      if (asking === secret && ++asked === 2) west.fake.put(path.dirname(secret), stored);
    };
    await wait();
    assert.ok(asked >= 2);
  });

  it("refuses one that Linkerd could not use, with every reason", async () => {
    west.install(makeAuthority({ subject: "x", signedBy: second.root, key: "rsa2048" }));
    await assert.rejects(wait(), (error: Error) => {
      assert.match(error.message, /Secret linkerd\/linkerd-identity-issuer/);
      assert.match(error.message, /ECDSA P-256 only/);
      assert.match(error.message, /no trust anchor signed CN=x/);
      return true;
    });
  });
});
