import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { memberName, pair, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { find, isSecret, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

/** Every text in the inputs that is not inside of a secret. */
function openTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (isSecret(value) || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(openTexts);
}

void describe("secrets", async () => {
  const all = await registerTopology(pair);

  void it("keeps every key, token and kubeconfig that the providers gave a secret", () => {
    for (const one of all) {
      for (const text of openTexts(one.inputs)) {
        assert.doesNotMatch(text, /^(private key|kubeconfig of)|token lab|"token"/, one.key);
      }
    }
    // The test can fail: the same texts are there.
    const texts = JSON.stringify(all.map(({ inputs }) => inputs));
    for (const text of ["private key lab-west", "kubeconfig of lab-west", "token lab-west"]) {
      assert.ok(texts.includes(text), text);
    }
  });

  void it("asks for outputs to be kept as secrets", () => {
    const wanted: [RegExp, string[]][] = [
      [/^kind:index:Cluster$/, ["kubeconfig"]],
      [/PrivateKey$/, ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]],
      [/v1:Secret$/, ["data", "stringData"]],
      [/^linkerd-topology:index:(InjectorReady|LinkReady|MirrorCleanup)$/, ["kubeconfig"]],
    ];
    for (const [type, outputs] of wanted) {
      const those = all.filter((one) => type.test(one.type));
      assert.ok(those.length > 0, type.source);
      for (const one of those) assert.deepEqual([...one.secretOutputs].sort(), outputs, one.key);
    }
  });

  void it("never sends the trust anchor's key into a cluster", () => {
    const receiving = all.filter(({ inputs }) =>
      JSON.stringify(inputs).includes('private key lab"'),
    );
    assert.deepEqual(receiving.map(({ type }) => type.split(":").at(-1)).sort(), [
      "LocallySignedCert",
      "LocallySignedCert",
      "SelfSignedCert",
    ]);
  });

  void it("gives the issuer's key to its own cluster only, and to no Helm release", () => {
    const receiving = all
      .filter(({ inputs }) => JSON.stringify(inputs).includes('private key lab-west"'))
      .map(({ key }) => key);
    assert.deepEqual(receiving.sort(), [
      `kubernetes:core/v1:Secret::${memberName(all, "west")}-control-plane-issuer`,
      "tls:index/certRequest:CertRequest::lab-west",
    ]);
  });

  void it("puts nothing secret into the inputs that components record", () => {
    const components = all.filter(({ type }) =>
      /^linkerd-topology:index:(Topology|Kind|Trust|Issuer|Control|Multi|Link$)/.test(type),
    );
    assert.ok(components.length > 10);
    for (const one of components) assert.deepEqual(one.inputs, {}, one.key);
  });
});

void describe("credentials of a Link", async () => {
  const all = await registerTopology({
    ...pair,
    clusters: pair.clusters.map((cluster) => ({ ...cluster, network: "lab" })),
  });
  const link = `${memberName(all, "west")}-to-east`;
  const secretType = "kubernetes:core/v1:Secret";
  const kubeconfigOf = (one: Registration) => {
    const data = one.inputs["stringData"];
    assert.ok(isSecret(data));
    return JSON.parse((data.secret as { kubeconfig: string }).kubeconfig) as {
      clusters: [{ cluster: { server: string; "tls-server-name"?: string } }];
      users: [{ user: { token: string } }];
    };
  };

  for (const suffix of ["service-mirror", "destination"]) {
    void it(`for ${suffix}: the target's token and address; replaced, never changed in place`, () => {
      const secret = find(all, secretType, `${link}-${suffix}`);
      const kubeconfig = kubeconfigOf(secret);
      const { server, "tls-server-name": name } = kubeconfig.clusters[0].cluster;
      // In the top half of the subnet that Docker chose; the certificate has the name.
      assert.match(server, /^https:\/\/172\.18\.2\d\d\.\d+:6443$/);
      assert.equal(name, "lab-east-control-plane");
      const cluster = find(all, "kind:index:Cluster", memberName(all, "east"));
      assert.equal(server, `https://${String(cluster.inputs["fixedAddress"])}:6443`);
      assert.match(kubeconfig.users[0].user.token, /^token lab-east-.*-from-west\.token-1$/);
      assert.equal(secret.inputs["immutable"], true);
      assert.ok(secret.deleteBeforeReplace);
      assert.deepEqual(secret.replaceOnChanges, ["*"]);
    });
  }

  void it("for linkerd-destination has what it is ignored without", () => {
    const { inputs } = find(all, secretType, `${link}-destination`);
    assert.deepEqual(inputs["metadata"], {
      name: "cluster-credentials-east",
      namespace: "linkerd",
      labels: { "multicluster.linkerd.io/cluster-name": "east" },
      annotations: {
        "multicluster.linkerd.io/trust-domain": "cluster.local",
        "multicluster.linkerd.io/cluster-domain": "cluster.local",
      },
    });
  });
});
