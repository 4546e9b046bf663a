import * as z from "zod";
import { limits } from "./limits.ts";
import { domain, integer, label, list, text, told } from "./schema-parts.ts";

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
  told(
    z.string().regex(/\S/),
    "a certificate in PEM form",
    "write the certificate as text, or certificateFile",
  );

const file = (what: string) => text(`the path of a file with ${what}`, "write a path");

const anchor = told(
  z.strictObject({
    generation: generation(),
    certificate: pem().exactOptional(),
    certificateFile: file("a certificate").exactOptional(),
    keyFile: file("a private key").exactOptional(),
  }),
  "a generation of the trust anchor",
  "write a map such as { generation: 2 }",
);

/** The shape of a `TrustSpec`. */
export const trustSchema = told(
  z.strictObject({
    domain: domain(limits.trustDomain, "a trust domain").exactOptional(),
    anchors: told(
      z.array(anchor).min(1),
      "a list of at least one generation of the trust anchor",
      "write a list such as [{ generation: 1 }], or leave it out",
    ).exactOptional(),
    signer: generation().exactOptional(),
    restart: list(
      label(limits.dnsLabel, "", '"shop"'),
      "a list of namespaces",
      "write a list such as [shop]",
    ).exactOptional(),
    anchorLifetimeHours: hours().exactOptional(),
    issuerLifetimeHours: hours().exactOptional(),
    anchorEarlyRenewalHours: renewalHours().exactOptional(),
    issuerEarlyRenewalHours: renewalHours().exactOptional(),
  }),
  "a description of trust",
  "write a map such as { issuerLifetimeHours: 8760 }",
);

/** The shape of a `ClusterTrustSpec`. */
export const clusterTrustSchema = told(
  z.strictObject({
    domain: domain(limits.trustDomain, "a trust domain").exactOptional(),
    signer: generation().exactOptional(),
    rotation: text("a text", 'write a text such as "2"').exactOptional(),
    issuer: told(
      z.strictObject({
        certificate: pem().exactOptional(),
        certificateFile: file("a certificate").exactOptional(),
        keyFile: file("a private key").exactOptional(),
        certManager: told(
          z.strictObject({
            name: text("the name of an issuer", "write a name such as mesh-root"),
            kind: text("a kind of issuer", "write Issuer or ClusterIssuer").exactOptional(),
            group: text("an API group", "write a group such as cert-manager.io").exactOptional(),
          }),
          "an issuer of cert-manager",
          "write a map such as { name: mesh-root }",
        ).exactOptional(),
      }),
      "an issuer",
      "write a map such as { certificateFile: east.crt, keyFile: east.key }",
    ).exactOptional(),
  }),
  "a cluster's trust settings",
  "write a map such as { domain: east.example }",
);
