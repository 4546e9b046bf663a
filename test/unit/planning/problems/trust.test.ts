import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

checkProblems("trust", [
  [
    "an issuer that outlives the anchor",
    { clusters: pair, trust: { anchorLifetimeHours: 100, issuerLifetimeHours: 200 } },
    "trust.issuerLifetimeHours: 200 hours are longer than the lifetime of the trust anchor (100), and an issuer is worthless after it (write at most 100, or a longer anchorLifetimeHours)",
  ],
  [
    "renewal from the beginning",
    {
      clusters: pair,
      trust: {
        anchorLifetimeHours: 1000,
        anchorEarlyRenewalHours: 1000,
        issuerLifetimeHours: 24,
        issuerEarlyRenewalHours: 48,
      },
    },
    "trust.anchorEarlyRenewalHours: 1000 hours before the end of 1000 the certificate would not exist yet: each up would recreate it (write less than 1000)",
    "trust.issuerEarlyRenewalHours: 48 hours before the end of 24 the certificate would not exist yet: each up would recreate it (write less than 24)",
  ],
  [
    "generations that come twice, or out of their order",
    {
      clusters: pair,
      trust: { anchors: [{ generation: 2 }, { generation: 2 }, { generation: 1 }] },
    },
    "trust.anchors[1].generation: 2 is already trust.anchors[0] (give each anchor its own generation)",
    "trust.anchors[2].generation: 1 comes after 2, but the oldest has to be first (write the generations in ascending order)",
  ],
  [
    "no generation at all",
    { clusters: pair, trust: { anchors: [] } },
    "trust.anchors: an empty list is not a list of at least one generation of the trust anchor (write a list such as [{ generation: 1 }], or leave it out)",
  ],
  [
    "signers that nobody trusts",
    {
      clusters: [{ name: "west", trust: { signer: 4 } }, { name: "east" }],
      trust: { signer: 3, anchors: [{ generation: 1 }, { generation: 2 }] },
    },
    "clusters[0].trust.signer: 4 is not one of the mesh's trust anchors (1, 2): nobody would trust what it signs (list it in trust.anchors, or name one that is listed)",
    "trust.signer: 3 is not one of the mesh's trust anchors (1, 2): nobody would trust what it signs (list it in trust.anchors, or name one that is listed)",
  ],
  [
    "a certificate given twice, and a key without one",
    {
      clusters: pair,
      trust: {
        anchors: [
          { generation: 1, certificate: "x", certificateFile: "root.crt", keyFile: "root.key" },
          { generation: 2, keyFile: "root.key" },
        ],
      },
    },
    "trust.anchors[0].certificateFile: is a second certificate, beside the one given as text (leave out one of the two)",
    "trust.anchors[1].keyFile: is a key without a certificate (name the certificate as certificateFile, or leave out keyFile)",
  ],
  [
    "issuers of one's own that are none",
    {
      clusters: [
        { name: "west", trust: { issuer: {} } },
        { name: "east", trust: { issuer: { certificateFile: "east.crt" } } },
        {
          name: "north",
          trust: {
            signer: 1,
            rotation: "2",
            issuer: { certManager: { name: "root" }, keyFile: "k" },
          },
        },
      ],
    },
    "clusters[0].trust.issuer: does not say which issuer (write certificateFile and keyFile, or certManager, or leave it out)",
    "clusters[1].trust.issuer: is an issuer without a key, which can't sign anything (name its key as keyFile)",
    "clusters[2].trust.issuer.certManager: creates the issuer in the cluster, but another issuer is given as well (leave out one of the two)",
    "clusters[2].trust.issuer.certManager: needs a cluster that runs cert-manager; the package creates this one without it (leave it out, or use an existing cluster (kubeconfig))",
    "clusters[2].trust.rotation: rotation applies to issuers that the package creates, and this cluster has its own (leave out rotation, or issuer)",
    "clusters[2].trust.signer: signer applies to issuers that the package creates, and this cluster has its own (leave out signer, or issuer)",
  ],
  [
    "cert-manager with an anchor that stays with the package",
    {
      clusters: [
        {
          name: "north",
          kubeconfig: "north.kubeconfig",
          trust: { issuer: { certManager: { name: "root" } } },
        },
      ],
      trust: { anchors: [{ generation: 1 }, { generation: 2 }] },
    },
    "clusters[0].trust.issuer.certManager: cert-manager in \"north\" can't sign with a trust anchor that the package makes: its key never enters a cluster (list the certificate of cert-manager's authority in trust.anchors, as certificateFile)",
  ],
  [
    "domains that are none",
    {
      clusters: [
        { name: "west", clusterDomain: "West.example", trust: { domain: "-" } },
        { name: "east", trust: { domain: "a.".repeat(30) + "example" } },
      ],
      trust: { domain: "example." },
    },
    'clusters[0].clusterDomain: "West.example" is not a cluster\'s domain (lower-case labels with dots between them) of at most 121 characters (write a domain such as east.example)',
    'clusters[0].trust.domain: "-" is not a trust domain (lower-case labels with dots between them) of at most 47 characters (write a domain such as east.example)',
    'clusters[1].trust.domain: "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.example" has 67 characters; it must be a trust domain (lower-case labels with dots between them) of at most 47 characters (write a domain such as east.example)',
    'trust.domain: "example." is not a trust domain (lower-case labels with dots between them) of at most 47 characters (write a domain such as east.example)',
  ],
]);
