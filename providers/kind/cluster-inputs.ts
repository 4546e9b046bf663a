import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import * as z from "zod";
import { kindOptionsSchema } from "../../planning/clusters/kind-options.ts";
import { overwritingMirrors, registryPattern } from "../../planning/clusters/registries.ts";
import { limits } from "../../planning/limits.ts";
import { domainPattern, labelPattern } from "../../planning/topology/schema-parts.ts";
import type { Properties, ResourceSchema } from "../server/index.ts";
import { readShape, replacing, text } from "../server/index.ts";
import { networkName } from "./network-inputs.ts";
import { ownerName } from "./owner.ts";
import { subnet } from "./subnets.ts";

/** A text that matches the pattern. `otherwise` says what is wrong if it doesn't. */
const matching = (pattern: RegExp, otherwise: string) =>
  text((value) => (pattern.test(value) ? undefined : `${JSON.stringify(value)} ${otherwise}`));

const port = () => z.int().min(1).max(limits.port);

const extraPortMapping = z.strictObject({
  node: z.int().min(0).describe("Index of the node, control planes first, from 0."),
  containerPort: port().describe("Port of the node."),
  hostPort: port().describe("Port of this machine; it must be free."),
  listenAddress: text((value) =>
    isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined,
  ).describe("Address of this machine that listens; `127.0.0.1` keeps it to this machine."),
  protocol: z.enum(["TCP", "UDP", "SCTP"]).describe("`TCP`, `UDP` or `SCTP`."),
});

const mirror = text((value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:"
    ? undefined
    : `${JSON.stringify(value)} is not an http:// or https:// address`;
});

/** A change of this property recreates the cluster. */
const fixed = { willReplaceOnChanges: true };

/** Inputs of `kind:index:Cluster`. */
export const clusterShape = {
  name: matching(
    labelPattern,
    'has to consist of lower-case letters, digits and "-", with no "-" at its ends',
  ).meta({
    ...fixed,
    description:
      "Name of the cluster in kind: lower-case letters, digits and `-`. Its nodes are called " +
      "`<name>-control-plane`, `<name>-worker` and so on, in up to 63 characters.",
  }),
  network: networkName().meta({
    ...fixed,
    description:
      "Docker network of the nodes. It must exist and must not belong to another owner. Usually the output " +
      "`name` of a `Network`.",
  }),
  generation: text((value) =>
    /^[a-zA-Z0-9._-]{1,63}$/.test(value)
      ? undefined
      : 'has to consist of up to 63 letters, digits, ".", "_" and "-"',
  ).meta({
    ...fixed,
    description:
      "Tells the cluster from earlier ones of this name. The provider takes over a cluster with this name that " +
      "the same owner made in another generation: it removes and recreates it.",
  }),
  owner: ownerName()
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Who may take over and delete the cluster; every node carries it. `<project>/<stack>` by default.",
    }),
  kubernetesVersion: matching(
    /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
    "is not a Kubernetes version; one looks like v1.34.2",
  )
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Such as `v1.34.2`. With `nodeImage`, the image must have this version; another one is an error. By " +
        "default the version of the node image.",
    }),
  nodeImage: matching(/^[^\s-]\S*$/, "is not a reference to an image")
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Docker image of the nodes. By default kind's published image of `kubernetesVersion`, or the one " +
        "that kind was released with.",
    }),
  controlPlanes: z
    .int()
    .min(1)
    .max(limits.controlPlanes)
    .default(1)
    .meta({
      ...fixed,
      description:
        "Control plane nodes. Several get a load balancer, whose image kind pulls if Docker lacks it.",
    }),
  workers: z
    .int()
    .min(0)
    .max(limits.workers)
    .default(0)
    .meta({ ...fixed, description: "Worker nodes." }),
  podSubnet: subnet(limits.largestPodPrefix, limits.podPrefixPerNode).meta({
    ...fixed,
    description: "Addresses of the pods, an IPv4 CIDR; each node takes a /24.",
  }),
  serviceSubnet: subnet(limits.largestServicePrefix, limits.smallestServicePrefix).meta({
    ...fixed,
    description:
      `Addresses of the Services, an IPv4 CIDR from /${limits.largestServicePrefix} to ` +
      `/${limits.smallestServicePrefix}.`,
  }),
  clusterDomain: matching(
    domainPattern,
    "is not a domain: lower-case labels with dots between them",
  )
    .exactOptional()
    .meta({
      ...fixed,
      description:
        "Domain of the Services, `<service>.<namespace>.svc.<domain>`. `cluster.local` by default.",
    }),
  fixedAddress: text((value) =>
    isIP(value) === 4 ? undefined : `${JSON.stringify(value)} is no IPv4 address`,
  )
    .exactOptional()
    .describe(
      "IPv4 address of the Docker network's subnet at which the API server stays, whatever Docker gives to containers " +
        "that restart. A single control plane has it as a second address, of which Docker doesn't know: choose one " +
        "that it doesn't give out. The load balancer of several control planes has no other. It keeps none in a " +
        "network whose subnet Docker chose itself; then the output lacks it.",
    ),
  extraPortMappings: z
    .array(extraPortMapping)
    .default([])
    .meta({ ...fixed, description: "Ports of this machine that lead to a node." }),
  containerdConfigPatches: z
    .array(text())
    .default([])
    .meta({ ...fixed, description: "TOML patches for containerd's configuration on every node." }),
  registryMirrors: z
    .record(z.string(), z.array(mirror))
    .superRefine((mirrors, context) => {
      for (const host of Object.keys(mirrors).filter((one) => !registryPattern.test(one))) {
        const message = `${JSON.stringify(host)} is not the host of a registry`;
        context.addIssue({ code: "custom", path: [host], message });
      }
      for (const [registry, earlier] of overwritingMirrors(Object.keys(mirrors))) {
        const same = `${JSON.stringify(registry)} is the same as ${JSON.stringify(earlier)}`;
        context.addIssue({ code: "custom", message: `${same}; leave out one of them` });
      }
    })
    .default({})
    .meta({
      ...fixed,
      description:
        "Mirrors of registries. Key: the registry's host, such as `docker.io`, or `*` for every other one. Value: " +
        "the mirrors that containerd asks first, in order, such as `http://registry-cache:5000`. It asks the " +
        "registry itself last.",
    }),
  options: kindOptionsSchema.exactOptional().meta({
    ...fixed,
    description:
      "Options that kind passes on to nodes and kubeadm, with the same keys as in a topology.",
  }),
  imageArchives: z
    .array(text())
    .default([])
    .describe(
      "Image archives (`docker save`, or OCI) on this machine, which are loaded into every node. Their content " +
        "is compared, not their paths.",
    ),
  dnsTtlSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(5)
    .describe(
      "How many seconds CoreDNS lets clients keep an answer, also a negative one. With kubeadm's 30 s, a " +
        "Linkerd control plane takes 40 seconds longer to start.",
    ),
  kubeconfigPath: text((value) =>
    isAbsolute(value)
      ? undefined
      : `${JSON.stringify(value)} is a relative path; give the whole one`,
  )
    .exactOptional()
    .describe(
      "File that gets the kubeconfig, an absolute path; only its owner can read it. By default " +
        "`$XDG_STATE_HOME/linkerd-topology/<owner>/<name>.kubeconfig`, or under `~/.local/state`.",
    ),
};

/** The engine's schema of `kind:index:Cluster`. */
export const clusterSchema = {
  description:
    "A Kubernetes cluster whose nodes are Docker containers, created by kind.\n\nIt counts as created when " +
    "its API server reports every node as Ready. A cluster that an interrupted run of the same owner left " +
    "behind is taken over, or recreated if it is incomplete. If somebody else created it, that is an error, " +
    "and it isn't changed. Deleting removes only the cluster of this generation.",
  example: `
const network = new Network("lab", { name: "lab" });
const west = new Cluster("west", {
  name: "lab-west",
  network: network.name,
  generation: "1",
  podSubnet: "10.20.0.0/21",
  serviceSubnet: "10.30.0.0/21",
});
export const kubeconfig = west.kubeconfigPath;
`,
  inputs: clusterShape,
  outputs: {
    nodeImage: z.string().describe("Image that the nodes run."),
    kubernetesVersion: z.string().describe("Version that the API server reports."),
    owner: z.string().describe("Who may take over and delete the cluster."),
    kubeconfigPath: z.string().describe("File that holds the kubeconfig, mode 0600."),
    kubeconfig: z.string().meta({
      secret: true,
      description: "Administrator's kubeconfig, as reached from this machine.",
    }),
    endpoint: z.string().describe("API server as this machine reaches it."),
    internalEndpoint: z
      .string()
      .describe("API server as pods and nodes on the same Docker network reach it, by name."),
    clusterCaCertificate: z.string().describe("Certificate of the cluster's own authority, PEM."),
    nodes: z
      .array(
        z.object({
          name: z
            .string()
            .describe("Name of the node, of its container, and of its host on the Docker network."),
          role: z.string().describe("`control-plane` or `worker`."),
          address: z
            .string()
            .describe("IPv4 address on the Docker network; a restart may change it."),
          podCidr: z.string().describe("The node's share of the pod subnet."),
        }),
      )
      .describe("The nodes as they run, control planes first."),
    loadBalancerAddress: z
      .string()
      .exactOptional()
      .describe(
        "IPv4 address of the load balancer before several control planes, on the Docker network.",
      ),
    uid: z
      .string()
      .describe(
        "UID of the namespace kube-system. Another cluster of the same name has another UID.",
      ),
  },
} satisfies ResourceSchema;

const checkedShape = {
  ...clusterShape,
  owner: clusterSchema.outputs.owner,
  kubeconfigPath: clusterSchema.outputs.kubeconfigPath,
  /** SHA-256 of each archive. The engine compares these, not the paths. */
  imageArchiveDigests: z.array(z.string()),
};

/** Inputs of a Cluster after `check`: defaults filled in, nothing unknown. */
export type ClusterInputs = Readonly<Properties<typeof checkedShape>>;

export type PortMapping = ClusterInputs["extraPortMappings"][number];

/** Properties whose change recreates the cluster. */
export const replacingInputs = replacing(clusterShape) as (keyof ClusterInputs)[];

/** @throws Error if `check` has not passed these inputs */
export function toClusterInputs(properties: Readonly<Record<string, unknown>>): ClusterInputs {
  return readShape(checkedShape, properties);
}
