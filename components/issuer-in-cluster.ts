import { IssuerReady } from "@linkerd-topology/mesh";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import type * as pulumi from "@pulumi/pulumi";
import type { IssuerKeyPair } from "./issuer.ts";
import { accessTo, inCluster, type MeshCluster, onCluster } from "./mesh-cluster.ts";

/** An issuer that cert-manager creates in the cluster, and renews there. */
export interface CertManagerIssuer {
  /** cert-manager's own issuer that signs it. An `Issuer` is in the namespace `linkerd`. */
  readonly certManager: { readonly name: string; readonly kind: string; readonly group: string };
  /** @default 8760 (one year) */
  readonly lifetimeHours?: number;
  /** How many hours before its end it is renewed. @default 720 */
  readonly earlyRenewalHours?: number;
}

export interface IssuerInClusterArgs {
  readonly cluster: MeshCluster;
  /** Namespace of the control plane. */
  readonly namespace: string;
  readonly issuer: IssuerKeyPair | CertManagerIssuer;
  readonly trustAnchorsPem: pulumi.Input<string>;
  readonly trustDomain: string;
}

/** Name of the Secret in which linkerd-identity looks for its issuer, in either scheme. */
const secretName = "linkerd-identity-issuer";

/**
 * Creates a cluster's issuer as the Secret of type `kubernetes.io/tls` that linkerd-identity reads.
 *
 * @returns what the control plane must depend on
 */
export function issuerInCluster(
  name: string,
  args: IssuerInClusterArgs,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): pulumi.Resource {
  const { cluster, namespace, issuer, trustAnchorsPem } = args;
  if (!("certManager" in issuer)) {
    return new Secret(
      `${name}-issuer`,
      {
        metadata: { name: secretName, namespace },
        type: "kubernetes.io/tls",
        stringData: {
          "tls.crt": issuer.certificatePem,
          "tls.key": issuer.privateKeyPem,
          "ca.crt": trustAnchorsPem,
        },
      },
      inCluster(cluster, parent, { dependsOn }),
    );
  }
  const subject = `identity.linkerd.${args.trustDomain}`;
  const certificate = new CustomResource(
    `${name}-issuer`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: secretName, namespace },
      spec: {
        secretName,
        isCA: true,
        commonName: subject,
        dnsNames: [subject],
        duration: `${String(issuer.lifetimeHours ?? 8760)}h0m0s`,
        renewBefore: `${String(issuer.earlyRenewalHours ?? 720)}h0m0s`,
        // linkerd-identity accepts no other key.
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["cert sign", "crl sign"],
        issuerRef: issuer.certManager,
      },
    },
    inCluster(cluster, parent, { dependsOn }),
  );
  return new IssuerReady(
    `${name}-issuer`,
    {
      ...accessTo(cluster),
      anchors: trustAnchorsPem,
      triggers: [certificate.metadata.uid],
    },
    onCluster(cluster, parent, { dependsOn: [certificate] }),
  );
}
