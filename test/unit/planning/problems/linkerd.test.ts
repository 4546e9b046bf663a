import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkProblems, problemsOf, type Row } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

checkProblems("linkerd", [
  [
    "a release of the vendors",
    { clusters: pair, linkerd: { version: "stable-2.14.10" } },
    'linkerd.version: "stable-2.14.10" is neither an edge release of Linkerd, edge-YY.M.N, nor a known stable number (write a release such as edge-26.6.3, or one of "2.18", "2.19", "2.20")',
  ],
  [
    "a release that is no date",
    { clusters: pair, linkerd: { version: "edge-26.13.1" } },
    'linkerd.version: "edge-26.13.1" is neither an edge release of Linkerd, edge-YY.M.N, nor a known stable number (write a release such as edge-26.6.3, or one of "2.18", "2.19", "2.20")',
  ],
  [
    "a release before declarative Links",
    { clusters: pair, linkerd: { version: "edge-25.4.3" } },
    'linkerd.version: "edge-25.4.3" is older than edge-25.4.4 (2.18), the first version with declarative Links (write edge-25.4.4 or later, such as edge-26.6.3)',
  ],
  [
    "a cluster's own release, which is none",
    kind({ linkerdVersion: "newest" }),
    'clusters[0].linkerdVersion: "newest" is neither an edge release of Linkerd, edge-YY.M.N, nor a known stable number (write a release such as edge-26.6.3, or one of "2.18", "2.19", "2.20")',
  ],
  [
    "a cluster's own release, too far from the others'",
    { ...kind({ linkerdVersion: "2.18" }), linkerd: { version: "2.20" } },
    "clusters[0].linkerdVersion: edge-25.4.4 (2.18) is more than one stable release away from edge-26.6.3 (2.20) of the other clusters, whose proxies it doesn't work with (upgrade all clusters by one stable release first)",
  ],
  [
    "a Kubernetes that is too old for a cluster's own release",
    kind({ kubernetesVersion: "v1.30.1", linkerdVersion: "2.20" }),
    'clusters[0].kubernetesVersion: "v1.30.1" is older than v1.31, which Linkerd edge-26.6.3 needs (write v1.31.0 or later)',
  ],
  [
    "a Kubernetes that is too old",
    kind({ kubernetesVersion: "v1.22.17" }),
    'clusters[0].kubernetesVersion: "v1.22.17" is older than v1.23, which Linkerd edge-26.1.1 needs (write v1.23.0 or later)',
  ],
  [
    "a Kubernetes that is too old for a newer release",
    { ...kind({ kubernetesVersion: "v1.30.1" }), linkerd: { version: "edge-26.5.1" } },
    'clusters[0].kubernetesVersion: "v1.30.1" is older than v1.31, which Linkerd edge-26.5.1 needs (write v1.31.0 or later)',
  ],
  [
    "a Kubernetes that is too old for a stable number",
    { ...kind({ kubernetesVersion: "v1.30.1" }), linkerd: { version: "2.20" } },
    'clusters[0].kubernetesVersion: "v1.30.1" is older than v1.31, which Linkerd edge-26.6.3 needs (write v1.31.0 or later)',
  ],
  [
    "a stable number that stands for no known release",
    { clusters: pair, linkerd: { version: "2.17" } },
    'linkerd.version: "2.17" is neither an edge release of Linkerd, edge-YY.M.N, nor a known stable number (write a release such as edge-26.6.3, or one of "2.18", "2.19", "2.20")',
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
    "linkerd.values.controlPlane.identity.issuer: is set by the plan (leave it out: the package creates an issuer for each cluster; set its lifetime with trust.issuerLifetimeHours, or your own issuer with trust.issuer of the cluster)",
    "linkerd.values.controlPlane.identityTrustAnchorsPEM: is set by the plan (leave it out: it is the same in every cluster, and follows from trust.anchors)",
    "linkerd.values.multicluster.controllers: is set by the plan (leave it out: it follows from links)",
    "linkerd.values.multicluster.gateway.nodePort: is set by the plan (write it as gateway of the cluster)",
    "linkerd.values.multicluster.localServiceMirror.federatedServiceSelector: is set by the plan (leave it out: the package labels the members; to change what a Link selects, set selectors.federated of the Link)",
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
    "linkerd.values.controlPlane.more[0]: contains a private key, which would be in plaintext in the stack's state (leave it out; the charts create their own keys)",
    "linkerd.values.controlPlane.proxyInjector.keyPEM: contains a private key, which would be in plaintext in the stack's state (leave it out; the charts create their own keys)",
  ],
]);

const leaveOut = "is set by the plan (leave it out: ";
const sources = (key: string) =>
  `is set by the plan (write it as images.${key} of a sources file, from which the nodes get it as well)`;
const ofGateway = "is set by the plan (write it as gateway of the cluster)";

/** Each value that is refused, and how what is said about it begins. */
const refused: readonly (readonly [string, string])[] = [
  ["crds.installGatewayAPI", leaveOut],
  ["controlPlane.identityTrustAnchorsPEM", leaveOut],
  ["controlPlane.identityTrustDomain", "is set by the plan (write it as trust.domain"],
  ["controlPlane.clusterDomain", "is set by the plan (write it as clusterDomain"],
  ["controlPlane.identity.externalCA", leaveOut],
  ["controlPlane.identity.issuer.scheme", leaveOut],
  ["controlPlane.controllerImage", sources("controller")],
  ["controlPlane.controllerImageVersion", sources("controller")],
  ["controlPlane.proxy.image.name", sources("proxy")],
  ["controlPlane.proxy.image.version", sources("proxy")],
  ["multicluster.identityTrustDomain", "is set by the plan (write it as trust.domain"],
  ["multicluster.linkerdNamespace", leaveOut],
  ["multicluster.createNamespaceMetadataJob", leaveOut],
  ["multicluster.controllers", leaveOut],
  ["multicluster.remoteMirrorServiceAccount", leaveOut],
  ["multicluster.remoteMirrorServiceAccountName", leaveOut],
  ["multicluster.controllerDefaults.image.name", sources("controller")],
  ["multicluster.controllerDefaults.image.version", sources("controller")],
  ["multicluster.localServiceMirror.image.name", sources("controller")],
  ["multicluster.localServiceMirror.image.version", sources("controller")],
  ["multicluster.localServiceMirror.federatedServiceSelector", leaveOut],
  ["multicluster.gateway.enabled", ofGateway],
  ["multicluster.gateway.name", ofGateway],
  ["multicluster.gateway.port", ofGateway],
  ["multicluster.gateway.nodePort", ofGateway],
  ["multicluster.gateway.probe", ofGateway],
  ["multicluster.gateway.serviceType", ofGateway],
  ["multicluster.gateway.pauseImage", sources("pause")],
  ["multicluster.gateway.loadBalancerIP", leaveOut],
];

const withValue = (path: readonly string[], value: unknown) => ({
  clusters: pair,
  linkerd: {
    values: path.reduceRight((inner: unknown, key) => ({ [key]: inner }), value),
  },
});

describe("values of the charts that the package sets", () => {
  for (const [value, said] of refused) {
    it(`${value} is refused`, () => {
      const [found, ...more] = problemsOf(withValue(value.split("."), "x"));
      // For a refused map there is one problem; its content is not reported separately.
      const place = `linkerd.values.${value.replace(/\.scheme$/, "")}: `;
      assert.ok(found?.startsWith(place + said), found);
      assert.deepEqual(more, []);
    });
  }
});

const annotations = ["multicluster", "gateway", "deploymentAnnotations"];
const wholeMap =
  "replaces a whole map in which the plan sets values (write a map with the values to change)";

checkProblems("chart values", [
  ...["config.beta.linkerd.io", "config.linkerd.io"].map((prefix): Row => [
    `the annotation ${prefix} that a gateway's proxy can't have`,
    withValue([...annotations, `${prefix}/proxy-enable-native-sidecar`], "true"),
    `linkerd.values.multicluster.gateway.deploymentAnnotations["${prefix}/proxy-enable-native-sidecar"]: is set by the plan (leave it out: the gateway's proxy waits before it exits, and as a native sidecar it can't)`,
  ]),
  [
    "Linkerd's CNI plug-in in kind clusters",
    withValue(["controlPlane", "cniEnabled"], true),
    'linkerd.values.controlPlane.cniEnabled: needs Linkerd\'s CNI plug-in in the cluster before the control plane, and the package can\'t install it in the kind clusters that it makes ("west", "east") (leave it out: an init container then sets up the network of each pod)',
  ],
  // Each is reported once, no matter how many planned values depend on it.
  ...["controlPlane.identity", "controlPlane.proxy", "multicluster.gateway"].map((map): Row => [
    `null in place of ${map}`,
    withValue(map.split("."), null),
    `linkerd.values.${map}: ${wholeMap}`,
  ]),
  ...(
    [
      ["controlPlane.webhookFailurePolicy", "Fail"],
      ["controlPlane.disableHeartBeat", false],
      ["controlPlane.proxy.image.pullPolicy", "Always"],
      ["multicluster.gateway.replicas", 2],
    ] as const
  ).map(([path, value]): Row => [`none: ${path}`, withValue(path.split("."), value)]),
  ["none: another annotation", withValue([...annotations, "team"], "a")],
]);
