import * as z from "zod";
import { limits } from "../limits.ts";
import {
  domain,
  integer,
  label,
  list,
  object,
  optional,
  text,
  expecting,
} from "../topology/schema-parts.ts";

const hours = () =>
  integer(
    1,
    limits.lifetimeHours,
    "a number of whole hours",
    "write a number of hours, such as 8760",
  );

const renewalHours = () =>
  integer(
    0,
    limits.lifetimeHours,
    "a number of whole hours",
    "write a number of hours, such as 720",
  );

const generation = () =>
  integer(1, limits.anchorGeneration, "a generation of the trust anchor", "count from 1");

const pem = () =>
  expecting(
    z.string().regex(/\S/),
    "a certificate in PEM form",
    "write the certificate as text, or certificateFile",
  );

const file = (what: string) => text(`the path of a file with ${what}`, "write a path");

const anchor = object(
  {
    /**
     * Number of the generation, which never changes. A topology that lists no anchors has generation 1.
     * @example 2
     */
    generation: generation(),
    /**
     * Certificate of an anchor of your own, PEM text.
     * @default the package makes it
     * @example "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----"
     */
    certificate: pem().exactOptional(),
    /**
     * File with the certificate, relative to the program's directory.
     * @default the package makes it
     * @example certificates/anchor.crt
     */
    certificateFile: file("a certificate").exactOptional(),
    /**
     * File with its private key, relative to the program's directory. Without it you must provide the issuers
     * too.
     * @example certificates/anchor.key
     */
    keyFile: file("a private key").exactOptional(),
  },
  "a generation of the trust anchor",
  "write a map such as { generation: 2 }",
);

/** One generation of the trust anchor: created by the package, or provided by you. */
export interface AnchorSpec extends Readonly<z.infer<typeof anchor>> {}

export const trustSchema = object(
  {
    /**
     * Trust domain of the mesh: the end of every identity
     * (`<account>.<namespace>.serviceaccount.identity.linkerd.<domain>`).
     * @default "cluster.local"
     * @example mesh.example
     */
    domain: domain(limits.trustDomain, "a trust domain").exactOptional(),
    /**
     * The trust anchors, oldest first. Every cluster trusts all of them. There are several while an anchor is
     * being replaced.
     * @default generation 1 alone, made by the package
     * @example [{ generation: 1 }, { generation: 2 }]
     */
    anchors: list<AnchorSpec>(
      anchor,
      "a list of at least one generation of the trust anchor",
      "write a list such as [{ generation: 1 }], or leave it out",
      { min: 1 },
    ).exactOptional(),
    /**
     * Generation of the anchor that signs the issuers.
     * @default the first of `anchors`
     * @example 2
     */
    signer: generation().exactOptional(),
    /**
     * Namespaces whose meshed workloads `up` restarts when what they must trust changes, in every cluster
     * that has the namespaces. Workloads of other namespaces are left to their owners; a generation that they
     * still need isn't removed.
     * @default []
     * @example [shop]
     */
    restart: list(
      label(limits.dnsLabel, "", '"shop"'),
      "a list of namespaces",
      "write a list such as [shop]",
    ).exactOptional(),
    /**
     * How long the certificate of an anchor is valid that the package creates.
     * @default 87600 (ten years)
     * @example 43800
     */
    anchorLifetimeHours: hours().exactOptional(),
    /**
     * How long the issuers' certificates are valid, at most as long as the anchor's.
     * @default 8760 (one year), or the anchor's where that is shorter
     * @example 2160
     */
    issuerLifetimeHours: hours().exactOptional(),
    /**
     * An `up` within this time before the end renews the anchor's certificate.
     * @default 720 (thirty days), or a third of the lifetime where that is shorter
     * @example 1440
     */
    anchorEarlyRenewalHours: renewalHours().exactOptional(),
    /**
     * An `up` within this time before the end renews an issuer's certificate.
     * @default 720 (thirty days), or a third of the lifetime where that is shorter
     * @example 168
     */
    issuerEarlyRenewalHours: renewalHours().exactOptional(),
  },
  "a description of trust",
  "write a map such as { issuerLifetimeHours: 8760 }",
);

/**
 * What the clusters of a mesh trust, and who signs their issuers.
 *
 * @example
 * ```yaml
 * trust:
 *   anchors: [{ generation: 1 }, { generation: 2 }]
 *   signer: 2
 * ```
 */
export interface TrustSpec extends Readonly<z.infer<typeof trustSchema>> {}

const certManager = object(
  {
    /**
     * Its name. An `Issuer` is in the namespace `linkerd`.
     * @example mesh-root
     */
    name: text("the name of an issuer", "write a name such as mesh-root"),
    /**
     * Its kind, such as `Issuer`.
     * @default "ClusterIssuer"
     * @example Issuer
     */
    kind: text("a kind of issuer", "write Issuer or ClusterIssuer").exactOptional(),
    /**
     * API group of that kind.
     * @default "cert-manager.io"
     * @example awspca.cert-manager.io
     */
    group: text("an API group", "write a group such as cert-manager.io").exactOptional(),
  },
  "an issuer of cert-manager",
  "write a map such as { name: mesh-root }",
);

/** cert-manager's issuer that signs a cluster's issuer certificate. */
export interface CertManagerSpec extends Readonly<z.infer<typeof certManager>> {}

const issuer = object(
  {
    /**
     * PEM text: the issuer's certificate, then those between it and the trust anchor.
     * @example "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----"
     */
    certificate: pem().exactOptional(),
    /**
     * File with the same, relative to the program's directory.
     * @example certificates/east.crt
     */
    certificateFile: file("a certificate").exactOptional(),
    /**
     * File with its private key, relative to the program's directory.
     * @example certificates/east.key
     */
    keyFile: file("a private key").exactOptional(),
    /**
     * The issuer in the cluster that signs it. The cluster must run cert-manager.
     * @example { name: mesh-root }
     */
    certManager: optional<CertManagerSpec>(certManager),
  },
  "an issuer",
  "write a map such as { certificateFile: east.crt, keyFile: east.key }",
);

/** An issuer that the package doesn't create: you provide it, or cert-manager creates it in the cluster. */
export interface IssuerSpec extends Readonly<z.infer<typeof issuer>> {}

export const clusterTrustSchema = object(
  {
    /**
     * Trust domain of this cluster. Only different domains make it possible to tell workloads of the same
     * name in two clusters apart.
     * @default `trust.domain`
     * @example east.example
     */
    domain: domain(limits.trustDomain, "a trust domain").exactOptional(),
    /**
     * Generation of the anchor that signs this cluster's issuer.
     * @default `trust.signer`
     * @example 2
     */
    signer: generation().exactOptional(),
    /**
     * Any text. Another text recreates the issuer, key and certificate.
     * @default the key is kept
     * @example "2"
     */
    rotation: text("a text", 'write a text such as "2"').exactOptional(),
    /**
     * An issuer of your own.
     * @default the package makes one
     * @example { certificateFile: certificates/east.crt, keyFile: certificates/east.key }
     */
    issuer: optional<IssuerSpec>(issuer),
  },
  "a cluster's trust settings",
  "write a map such as { domain: east.example }",
);

/** The trust settings of a cluster, if they differ from the mesh's. */
export interface ClusterTrustSpec extends Readonly<z.infer<typeof clusterTrustSchema>> {}
