import * as z from "zod";
import type { Topology } from "../../planning/topology.ts";
import type { ResourceSchema } from "../../providers/server/index.ts";
import { node, sourcesFile, text, texts, typed } from "./parts.ts";

/** Its inputs. What a topology may say is described by topology.schema.json, and checked when it is planned. */
const topologyInputs = {
  topology: z.record(z.string(), z.unknown()).meta({
    ...typed("TopologySpec"),
    description: "The clusters, the Links between them, and what runs in them.",
  }) as unknown as z.ZodType<Topology>,
  name: text(
    "Name of the topology where it doesn't say one itself. Default: the name of the resource.",
  ).exactOptional(),
  sourcesFile: sourcesFile("images and charts come from"),
  labels: texts(
    "Labels of the Docker network, such as who may remove it and when. Another label recreates the network.",
  ),
};

const runningCluster = z
  .object({
    name: text("Name of the cluster in the topology."),
    network: text("The network that it shares with others."),
    podSubnet: text("Pod subnet, CIDR.").optional(),
    serviceSubnet: text("Service subnet, CIDR.").optional(),
    kubeconfigPath: text("File on this machine that holds its kubeconfig."),
    context: text("Context in that file; absent where it is the current one.").optional(),
    uid: text("UID of the namespace kube-system."),
    kubernetesVersion: text(
      "Version that the API server reports; absent for a cluster that existed.",
    ).optional(),
    nodes: z
      .array(node)
      .describe("Control planes first; absent for a cluster that existed.")
      .optional(),
  })
  .meta({ title: "RunningCluster" });

const link = z
  .object({
    source: text("The cluster with the clients and the mirror Services."),
    target: text("The cluster with the exported Services."),
    mode: text("`gateway`, `flat` or `mixed`."),
  })
  .meta({ title: "MadeLink" });

const anchor = z
  .object({
    generation: z.int().describe("Counted from 1."),
    certificatePem: text("The certificate, PEM."),
    fingerprint: text("SHA-256 of the certificate."),
    expiry: text("When it expires, RFC 3339."),
  })
  .meta({ title: "MadeTrustAnchor" });

/** What it tells once it is made; see components/topology-outputs.ts. */
const topologyOutputs = {
  plan: z.unknown().meta({
    pulumiType: "pulumi.json#/Any",
    description: "All that was planned: names, subnets, ports, Links.",
  }),
  kubeconfigs: z.record(z.string(), z.string()).meta({
    secret: true,
    description: "Administrator's kubeconfig of each cluster, by the cluster's name.",
  }),
  clusters: z.array(runningCluster).describe("Each cluster as it runs."),
  links: z.array(link).describe("Each Link, from where to where."),
  trustAnchors: z.array(anchor).describe("Every generation of the trust anchor, oldest first."),
  dataPlane: text(
    "`real`, or `none` where the images that stand in for Linkerd's proxy carry no traffic.",
  ),
};

export const topologySchema = {
  description:
    "A whole topology: its clusters, one trust anchor, Linkerd in every cluster, and the Links.\n\n" +
    "Every cluster goes its own way; a Link waits for its two clusters and for nothing else.",
  inputs: topologyInputs,
  outputs: topologyOutputs,
} satisfies ResourceSchema;
