import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { refuseOutputs } from "./plain-inputs.ts";
import type { TrustAnchorKeyPair } from "./trust-anchor.ts";

/** Arguments of {@link Issuer}. */
export interface IssuerArgs {
  /** The signer: a `TrustAnchor`, or a key pair of your own. */
  readonly trustAnchor: TrustAnchorKeyPair;
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default 8760 (one year) */
  readonly lifetimeHours?: number;
  /** An `up` within this many hours before the end recreates the certificate. @default 720 */
  readonly earlyRenewalHours?: number;
  /**
   * Any text. Another text recreates the key, and with it the certificate. Renewal alone keeps the key.
   * @default the key is kept
   */
  readonly rotation?: pulumi.Input<string>;
}

/** The part of an issuer that a `ControlPlane` needs. */
export interface IssuerKeyPair {
  /** PEM. */
  readonly certificatePem: pulumi.Output<string>;
  /** PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * The intermediate certificate authority (ECDSA P-256) with which one cluster's identity controller signs
 * workload certificates. Each cluster has its own, so each is a failure domain of its own.
 */
export class Issuer extends pulumi.ComponentResource implements IssuerKeyPair {
  readonly certificatePem: pulumi.Output<string>;
  readonly privateKeyPem: pulumi.Output<string>;
  /** When the certificate expires, RFC 3339. */
  readonly expiry: pulumi.Output<string>;

  constructor(name: string, args: IssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Issuer", name, args, ["trustAnchor", "rotation"]);
    super("linkerd-topology:index:Issuer", name, {}, opts);
    const key = new PrivateKey(
      name,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      // Always set: the engine doesn't treat the first trigger of a resource as a change.
      { parent: this, replacementTrigger: args.rotation ?? "none" },
    );
    const request = new CertRequest(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `identity.linkerd.${args.trustDomain ?? "cluster.local"}` },
      },
      { parent: this },
    );
    const certificate = new LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.trustAnchor.certificatePem,
        caPrivateKeyPem: args.trustAnchor.privateKeyPem,
        isCaCertificate: true,
        // It signs workloads' certificates, and no further authority.
        maxPathLength: 0,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        validityPeriodHours: args.lifetimeHours ?? 8760,
        earlyRenewalHours: args.earlyRenewalHours ?? 720,
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.expiry = certificate.validityEndTime;
    this.registerOutputs({ certificatePem: this.certificatePem, expiry: this.expiry });
  }
}
