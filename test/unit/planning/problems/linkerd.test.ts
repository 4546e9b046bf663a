import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

checkProblems("linkerd", [
  [
    "a release of the vendors",
    { clusters: pair, linkerd: { version: "stable-2.14.10" } },
    'linkerd.version: "stable-2.14.10" is not an edge release of Linkerd, edge-YY.M.N (write a release such as edge-26.1.1)',
  ],
  [
    "a release that is no date",
    { clusters: pair, linkerd: { version: "edge-26.13.1" } },
    'linkerd.version: "edge-26.13.1" is not an edge release of Linkerd, edge-YY.M.N (write a release such as edge-26.1.1)',
  ],
  [
    "a release before declarative Links",
    { clusters: pair, linkerd: { version: "edge-25.4.3" } },
    'linkerd.version: "edge-25.4.3" is older than edge-25.4.4 (2.18), before which Links could not be declared (write edge-25.4.4 or later, such as edge-26.1.1)',
  ],
  [
    "a Kubernetes that is too old",
    kind({ kubernetesVersion: "v1.22.17" }),
    'clusters[0].kubernetesVersion: "v1.22.17" is older than v1.23, which this release of Linkerd needs (write v1.23.0 or later)',
  ],
  [
    "a Kubernetes that is too old for a newer release",
    { ...kind({ kubernetesVersion: "v1.30.1" }), linkerd: { version: "edge-26.5.1" } },
    'clusters[0].kubernetesVersion: "v1.30.1" is older than v1.31, which this release of Linkerd needs (write v1.31.0 or later)',
  ],
  [
    "planned values",
    {
      clusters: pair,
      linkerd: {
        values: {
          controlPlane: { identityTrustAnchorsPEM: "x", identity: { issuer: { tls: {} } } },
          multicluster: {
            controllers: [],
            gateway: { nodePort: 30143, replicas: 2 },
            localServiceMirror: { federatedServiceSelector: "team=a", replicas: 1 },
          },
        },
      },
    },
    "linkerd.values.controlPlane.identity.issuer: is planned, not chosen (leave it out: each cluster gets an issuer of its own; its lifetime is trust.issuerLifetimeHours, one of your own trust.issuer of the cluster)",
    "linkerd.values.controlPlane.identityTrustAnchorsPEM: is planned, not chosen (leave it out: it is the same in every cluster, and follows from trust.anchors)",
    "linkerd.values.multicluster.controllers: is planned, not chosen (leave it out: it follows from links)",
    "linkerd.values.multicluster.gateway.nodePort: is planned, not chosen (write it as gateway of the cluster)",
    "linkerd.values.multicluster.localServiceMirror.federatedServiceSelector: is planned, not chosen (leave it out: members are labelled for it; what Links select is selectors.federated of the Link)",
  ],
  [
    "private keys",
    {
      clusters: pair,
      linkerd: {
        values: {
          controlPlane: {
            proxyInjector: { keyPEM: "-----BEGIN EC PRIVATE KEY-----\nx" },
            more: ["-----BEGIN PRIVATE KEY-----"],
          },
        },
      },
    },
    "linkerd.values.controlPlane.more[0]: holds a private key, which would stand in plaintext in the stack's state (leave it out; the charts make keys of their own)",
    "linkerd.values.controlPlane.proxyInjector.keyPEM: holds a private key, which would stand in plaintext in the stack's state (leave it out; the charts make keys of their own)",
  ],
]);
