import type { Recipe } from "./recipe.ts";
import { createHash, randomUUID } from "node:crypto";
import { secret } from "../../providers/server/index.ts";
import type { PropertyMap, Value } from "../../providers/server/index.ts";
import { certificatePem } from "../graph/certificate.ts";
import { trustRecipes } from "./trust-recipes.ts";
import type { World } from "./world.ts";

/** What the provider kind makes. */
export function kindRecipes(world: World): Recipe[] {
  return [
    {
      type: "kind:index:Network",
      identity: (inputs) => text(inputs["name"]),
      outputs: ({ subnet = "172.30.0.0/16" }) => ({ subnet, networkId: `of ${text(subnet)}` }),
      computed: ["subnet", "networkId"],
      replace: ["name", "labels", "owner", "subnet", "ipRange"],
      adopts: true,
    },
    {
      type: "kind:index:Cluster",
      identity: (inputs) => text(inputs["name"]),
      outputs: (inputs, olds) => {
        const name = text(inputs["name"]);
        if (olds === undefined) world.removeContents(name);
        return {
          kubeconfig: secret(world.issueSecret(`kubeconfig-of-${name}`)),
          kubeconfigPath: world.kubeconfigPath(name),
          kubernetesVersion: "v1.34.2",
          nodeImage: inputs["nodeImage"] ?? "kindest/node",
          endpoint: "https://127.0.0.1:1",
          internalEndpoint: `https://${name}-control-plane:6443`,
          clusterCaCertificate: `certificate of ${name}`,
          nodes: [
            {
              name: `${name}-control-plane`,
              role: "control-plane",
              address: "172.30.0.2",
              podCidr: "10.0.0.0/24",
            },
          ],
          uid: `uid-of-${name}-${text(inputs["generation"])}`,
        };
      },
      computed: ["kubeconfig", "kubeconfigPath", "kubernetesVersion", "nodes", "uid"],
      replace: ["name", "network", "owner", "generation", "podSubnet", "serviceSubnet"],
      adopts: true,
    },
  ];
}

const serviceAccount = "kubernetes:core/v1:ServiceAccount";

/** Objects in clusters, and Helm releases. */
export function kubernetesRecipes(world: World): Recipe[] {
  // The provider applies on the server's side, so that an object that exists already is taken over;
  // Helm refuses a name that is in use.
  const object = (type: string): Recipe => ({
    type,
    identity: inCluster,
    adopts: true,
    computed: ["status"],
    onTimeout: () => "unknown",
  });
  return [
    object("kubernetes:core/v1:Namespace"),
    {
      ...object(serviceAccount),
      outputs: (inputs, olds) => ({ metadata: withUid(inputs, olds) }),
    },
    object("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"),
    object("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"),
    { ...object("kubernetes:apps/v1:DaemonSet"), onTimeout: () => "kept" },
    object("kubernetes:multicluster.linkerd.io/v1alpha3:Link"),
    {
      ...object("kubernetes:core/v1:Secret"),
      // The provider waits for a token, and for no other Secret.
      onTimeout: (inputs) => (isToken(inputs) ? "kept" : "unknown"),
      incomplete: () => ({ data: {} }),
      outputs: (inputs, olds, name) => {
        const metadata = withUid(inputs, olds);
        if (!isToken(inputs)) return { metadata };
        const data = olds?.["data"] as PropertyMap | undefined;
        if (data?.["token"] !== undefined) return { metadata, data };
        const account = world.objects.get(
          `${serviceAccount} in ${name.replace(/\.token-\d+$/, "")}`,
        );
        const { uid } = account?.["metadata"] as PropertyMap;
        const token = Buffer.from(world.issueToken(text(uid), text(metadata["name"]))).toString(
          "base64",
        );
        world.secrets.add(token);
        return { metadata, data: { token, "ca.crt": "Y2VydGlmaWNhdGU=" } };
      },
    },
    {
      type: "kubernetes:helm.sh/v3:Release",
      identity: inCluster,
      computed: ["status"],
      onTimeout: () => "kept",
      outputs: (inputs, olds) => {
        const before = (olds?.["status"] as PropertyMap | undefined)?.["revision"];
        const revision = typeof before === "number" ? before + 1 : 1;
        return { status: { name: inputs["name"] ?? "", revision, status: "deployed" } };
      },
    },
  ];
}

/** The package's own gates. */
export function gateRecipes(): Recipe[] {
  return [
    {
      type: "linkerd-topology:index:InjectorReady",
      identity: inCluster,
      restsOn: (name) => `kubernetes:helm.sh/v3:Release in ${name}`,
      outputs: () => ({ proxyImage: "localhost/proxy:1" }),
      computed: ["proxyImage"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:LinkReady",
      identity: inCluster,
      restsOn: (name) => `kubernetes:multicluster.linkerd.io/v1alpha3:Link in ${name}`,
      outputs: () => ({ controllerPod: "controller-1" }),
      computed: ["controllerPod"],
      replace: ["link", "namespace"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:ServiceExport",
      identity: inCluster,
      onTimeout: () => "unknown",
      outputs: () => ({ state: "labelled" }),
      computed: ["state"],
      replace: ["namespace", "service"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:TrafficRoute",
      identity: inCluster,
      onTimeout: () => "unknown",
      outputs: () => ({ state: "routed" }),
      computed: ["state"],
      replace: ["namespace", "service", "port", "protocol"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:FederatedReady",
      identity: inCluster,
      outputs: () => ({ state: "complete" }),
      computed: ["state"],
      replace: ["namespace", "service"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:MirrorCleanup",
      identity: inCluster,
      replace: ["link", "namespace"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:ReleaseComplete",
      identity: inCluster,
      replace: ["namespace"],
      adopts: true,
    },
    ...trustRecipes(),
    {
      type: "linkerd-topology:index:ClusterIdentity",
      identity: inCluster,
      outputs: ({ context = "current" }, _, name) => ({
        uid: `uid-of-${name}`,
        usedContext: context,
      }),
      computed: ["uid", "usedContext"],
      leavesNothing: true,
    },
    { type: "linkerd-topology:index:ClusterGuard", identity: inCluster, leavesNothing: true },
    { type: "linkerd-topology:index:DefinitionsKept", identity: inCluster, adopts: true },
    {
      type: "linkerd-topology:index:Vacancy",
      identity: inCluster,
      outputs: (_, olds, name) => ({ installation: olds?.["installation"] ?? `mark-of-${name}` }),
      computed: ["installation"],
      leavesNothing: true,
    },
    {
      type: "linkerd-topology:index:DefinitionsCleanup",
      identity: inCluster,
      outputs: () => ({ absent: [] }),
      computed: ["absent"],
      adopts: true,
    },
  ];
}

/** Keys and certificates. Each names what it was created from, except the anchor's, which is parsed. */
export function tlsRecipes(world: World): Recipe[] {
  const nowhere = { identity: (_: PropertyMap, name: string) => name, leavesNothing: true };
  const replace = ["privateKeyPem", "certRequestPem", "caCertPem", "caPrivateKeyPem"];
  const shared = { ...nowhere, replace };
  return [
    {
      ...shared,
      type: "tls:index/privateKey:PrivateKey",
      outputs: (_, olds) => ({
        privateKeyPem: secret(olds?.["privateKeyPem"] ?? world.issueSecret("key")),
      }),
      computed: ["privateKeyPem"],
    },
    {
      ...shared,
      type: "tls:index/selfSignedCert:SelfSignedCert",
      outputs: () => ({ certPem: certificatePem, validityEndTime: "2036-01-01T00:00:00Z" }),
      computed: ["certPem", "validityEndTime"],
    },
    {
      ...shared,
      type: "tls:index/certRequest:CertRequest",
      outputs: (inputs) => ({ certRequestPem: requestOf(text(inputs["privateKeyPem"])) }),
      computed: ["certRequestPem"],
    },
    {
      ...shared,
      type: "tls:index/locallySignedCert:LocallySignedCert",
      outputs: (inputs) => ({
        certPem: certificateOf(text(inputs["certRequestPem"])),
        validityEndTime: "2030-01-01T00:00:00Z",
      }),
      computed: ["certPem", "validityEndTime"],
    },
  ];
}

/** A request for a certificate as the double of the provider `tls` makes it. */
function requestOf(key: string): string {
  return `request for ${createHash("sha256").update(key).digest("hex")}`;
}

function certificateOf(request: string): string {
  return `certificate upon ${request}`;
}

/** Whether a certificate of the double's belongs to a key. */
export function belongTogether(certificate: Value | undefined, key: Value | undefined): boolean {
  return typeof key === "string" && certificate === certificateOf(requestOf(key));
}

/** An object's metadata, with the uid that it keeps for as long as it is there. */
function withUid(inputs: PropertyMap, olds: PropertyMap | undefined): PropertyMap {
  const before = olds?.["metadata"] as PropertyMap | undefined;
  return { ...(inputs["metadata"] as PropertyMap), uid: before?.["uid"] ?? randomUUID() };
}

function isToken(inputs: PropertyMap): boolean {
  return inputs["type"] === "kubernetes.io/service-account-token";
}

/** Marks the identity as the content of a cluster, see {@link World.removeContents}. */
function inCluster(_: PropertyMap, name: string): string {
  return `in ${name}`;
}

/** @throws where it is none */
export function text(value: Value | undefined): string {
  if (typeof value !== "string") throw new Error(`a string was expected, not ${typeof value}`);
  return value;
}
