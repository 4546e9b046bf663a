import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";
import { refuseOutputs } from "./plain-inputs.ts";

/** Arguments of {@link TrustAnchor}. */
export interface TrustAnchorArgs {
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default 87600 (ten years) */
  readonly lifetimeHours?: number;
  /** An `up` within this many hours before the end recreates the certificate. @default 720 */
  readonly earlyRenewalHours?: number;
}

/** The part of a trust anchor that a mesh needs to trust it. */
export interface TrustedAnchor {
  /** PEM. */
  readonly certificatePem: pulumi.Output<string>;
  /** SHA-256 of the certificate, as `AB:CD:...`. */
  readonly fingerprint: pulumi.Output<string>;
  /** When the certificate expires, RFC 3339. */
  readonly expiry: pulumi.Output<string>;
}

/** The part of a trust anchor that an `Issuer` needs. */
export interface TrustAnchorKeyPair {
  /** PEM. */
  readonly certificatePem: pulumi.Output<string>;
  /** PEM. Secret. It signs issuers and never goes into a cluster. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * The root of trust of a mesh: a self-signed certificate authority (ECDSA P-256) that signs every cluster's
 * issuer. Its key stays in Pulumi's state, encrypted.
 *
 * @example
 * ```ts
 * const anchor = new TrustAnchor("lab", { lifetimeHours: 24 * 365 });
 * const west = new Issuer("west", { trustAnchor: anchor });
 * ```
 */
export class TrustAnchor
  extends pulumi.ComponentResource
  implements TrustAnchorKeyPair, TrustedAnchor
{
  readonly certificatePem: pulumi.Output<string>;
  readonly privateKeyPem: pulumi.Output<string>;
  readonly fingerprint: pulumi.Output<string>;
  readonly expiry: pulumi.Output<string>;

  constructor(name: string, args: TrustAnchorArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("TrustAnchor", name, args, []);
    super("linkerd-topology:index:TrustAnchor", name, {}, opts);
    const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
    const certificate = new SelfSignedCert(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `root.linkerd.${args.trustDomain ?? "cluster.local"}` },
        isCaCertificate: true,
        // One issuer below it, and nothing below that.
        maxPathLength: 1,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        validityPeriodHours: args.lifetimeHours ?? 87_600,
        earlyRenewalHours: args.earlyRenewalHours ?? 720,
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.fingerprint = certificate.certPem.apply((pem) => new X509Certificate(pem).fingerprint256);
    this.expiry = certificate.validityEndTime;
    this.registerOutputs({
      certificatePem: this.certificatePem,
      fingerprint: this.fingerprint,
      expiry: this.expiry,
    });
  }
}
