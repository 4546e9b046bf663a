import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { Issuer } from "../../components/issuer.ts";
import { TrustAnchor } from "../../components/trust-anchor.ts";
import { certificatePem } from "./certificate.ts";
import { find, register } from "./monitor.ts";

const keyType = "tls:index/privateKey:PrivateKey";
const rootType = "tls:index/selfSignedCert:SelfSignedCert";
const issuerType = "tls:index/locallySignedCert:LocallySignedCert";
const requestType = "tls:index/certRequest:CertRequest";

void describe("the chain of trust", async () => {
  let fingerprint: string | undefined;
  const all = await register(() => {
    const trustAnchor = new TrustAnchor("lab", { lifetimeHours: 1000, earlyRenewalHours: 100 });
    trustAnchor.fingerprint.apply((value) => (fingerprint = value));
    new Issuer("west", { trustAnchor });
    new Issuer("east", { trustAnchor, trustDomain: "east.example", rotation: "2" });
  });

  void it("has keys on curve P-256: Linkerd takes no other, and the provider's default is P-224", () => {
    for (const name of ["lab", "west", "east"]) {
      const { inputs } = find(all, keyType, name);
      assert.deepEqual(inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    }
  });

  void it("starts with a root for one authority below it", () => {
    const { inputs } = find(all, rootType, "lab");
    assert.equal(inputs["isCaCertificate"], true);
    assert.equal(inputs["maxPathLength"], 1);
    assert.deepEqual(inputs["allowedUses"], ["cert_signing", "crl_signing"]);
    assert.deepEqual(inputs["subject"], { commonName: "root.linkerd.cluster.local" });
    assert.equal(inputs["validityPeriodHours"], 1000);
    assert.equal(inputs["earlyRenewalHours"], 100);
  });

  void it("goes on with issuers that sign no further authority", () => {
    const { inputs } = find(all, issuerType, "west");
    assert.equal(inputs["isCaCertificate"], true);
    assert.equal(inputs["maxPathLength"], 0);
    assert.equal(inputs["validityPeriodHours"], 8760);
    assert.deepEqual(find(all, requestType, "east").inputs["subject"], {
      commonName: "identity.linkerd.east.example",
    });
  });

  void it("rotates an issuer's key only where that is asked for", () => {
    assert.equal(find(all, keyType, "west").replacementTrigger, "none");
    assert.equal(find(all, keyType, "east").replacementTrigger, "2");
  });

  void it("is known by the SHA-256 fingerprint of its root", () => {
    assert.equal(fingerprint, new X509Certificate(certificatePem).fingerprint256);
  });
});
