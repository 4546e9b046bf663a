import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import path from "node:path";
import { describe, it } from "node:test";
import { anchorsShared } from "../../../providers/mesh/anchors-shared.ts";
import { issuerReady } from "../../../providers/mesh/issuer-ready.ts";
import { proxiesCurrent } from "../../../providers/mesh/proxies-current.ts";
import { makeAuthority } from "../authority.ts";
import { testContext } from "./context.ts";
import { both, bringUpToDate, first, second, trustingPair, urn } from "./trusting-pair.ts";

const pair = trustingPair();

describe("ProxiesCurrent", () => {
  it("restarts nothing where nothing changed", async () => {
    await bringUpToDate(pair.west, first.root.certificate, ["shop"]);
    assert.deepEqual(pair.west.restarted, []);
  });

  it("restarts what started with other anchors, and nothing of namespaces that nobody named", async () => {
    pair.west.trust(first.root, second.root);
    await bringUpToDate(pair.west, both, ["shop", "there-is-none"]);
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway", "shop/web"]);
    const bank = pair.west.pods.find(({ namespace }) => namespace === "bank");
    assert.equal(bank?.bundle, first.root.certificate);
  });

  it("restarts linkerd-identity for a new issuer, then the control plane, then the rest", async () => {
    pair.west.install(makeAuthority({ subject: "next", signedBy: first.root }));
    await bringUpToDate(pair.west, first.root.certificate, ["shop"]);
    assert.deepEqual(pair.west.restarted, [
      "linkerd/linkerd-identity",
      "linkerd/linkerd-destination",
      "linkerd-multicluster/linkerd-gateway",
      "shop/web",
    ]);
    pair.west.restarted.length = 0;
    await bringUpToDate(pair.west, first.root.certificate, ["shop"]);
    assert.deepEqual(pair.west.restarted, [], "and once is enough");
  });

  it("does not restart what was just recreated, though an old pod of it was seen", async () => {
    pair.west.trust(first.root, second.root);
    const { fake } = pair.west;
    const rollOut = fake.onRequest;
    let finished = false;
    fake.onRequest = (method, asking) => {
      rollOut(method, asking);
      // Between the list of pods and the look at their Deployment.
      if (finished || asking !== "/apis/apps/v1/namespaces/shop/deployments/web") return;
      finished = true;
      pair.west.finishRollout("shop", "web");
    };
    await bringUpToDate(pair.west, both, ["shop"]);
    assert.ok(finished);
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
  });

  it("tells of pods that nothing would recreate, and doesn't wait for them", async () => {
    pair.west.putBarePod("shop", "by-hand");
    pair.west.trust(first.root, second.root);
    const said = await bringUpToDate(pair.west, both, ["shop"]);
    assert.match(said.join("\n"), /warning: Delete and recreate the pod shop\/by-hand yourself/);
  });

  it("is behind, to a refresh, where proxies are", async () => {
    const { context } = testContext();
    const outputs = {
      kubeconfig: pair.west.fake.kubeconfig,
      anchors: both,
      namespaces: ["shop"],
      trouble: "",
    };
    pair.west.trust(first.root, second.root);
    const read = await proxiesCurrent.read({ id: "x", urn, inputs: {}, outputs }, context);
    assert.match(
      JSON.stringify(read?.outputs["trouble"]),
      /shop\/Deployment\/web must be restarted/,
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

describe("AnchorsShared", () => {
  const compare = () => {
    const { context } = testContext();
    const inputs = { source: "west", target: "east", kubeconfigPaths: pair.files, triggers: [] };
    return anchorsShared.create({ urn, inputs }, context);
  };
  const fingerprint = (pem: string) => new X509Certificate(pem).fingerprint256;

  it("is there where both trust the same, in whatever order", async () => {
    await compare();
    pair.west.trust(first.root, second.root);
    pair.east.trust(second.root, first.root);
    await compare();
  });

  it("is refused where they don't, and shows what each trusts", async () => {
    pair.east.trust(second.root);
    pair.east.install(second.issuer);
    await assert.rejects(compare(), (error: Error) => {
      assert.match(error.message, /Link from west to east was not created.*different anchors/);
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
    pair.east.install(second.issuer);
    await assert.rejects(
      compare(),
      /the issuer of east \(SHA-256 .*not signed by an anchor that both trust/,
    );
  });
});

describe("IssuerReady", () => {
  const wait = () => {
    const { context } = testContext();
    const inputs = { kubeconfig: pair.west.fake.kubeconfig, anchors: first.root.certificate };
    return issuerReady.create({ urn, inputs }, context);
  };

  it("waits for the Secret, and takes an issuer that the mesh can trust", async () => {
    const secret = "/api/v1/namespaces/linkerd/secrets/linkerd-identity-issuer";
    const stored = pair.west.fake.get(secret);
    assert.ok(stored);
    pair.west.fake.remove(secret);
    let asked = 0;
    pair.west.fake.onRequest = (_, asking) => {
      if (asking === secret && ++asked === 2) pair.west.fake.put(path.dirname(secret), stored);
    };
    await wait();
    assert.ok(asked >= 2);
  });

  it("refuses one that Linkerd could not use, with every reason", async () => {
    pair.west.install(makeAuthority({ subject: "x", signedBy: second.root, key: "rsa2048" }));
    await assert.rejects(wait(), (error: Error) => {
      assert.match(error.message, /Secret linkerd\/linkerd-identity-issuer/);
      assert.match(error.message, /ECDSA P-256 only/);
      assert.match(error.message, /no trust anchor signed CN=x/);
      return true;
    });
  });
});
