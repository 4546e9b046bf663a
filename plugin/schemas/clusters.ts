import * as z from "zod";
import type { NetworkArgs } from "@pulumi/kind";
import type { ExistingClusterArgs } from "../../components/existing-cluster.ts";
import type { KindClusterArgs } from "../../components/kind-cluster.ts";
import { kindOptionsSchema } from "../../planning/clusters/kind-options.ts";
import { portMappingSchema } from "../../planning/clusters/schema.ts";
import { linkerdVersion } from "../../planning/linkerd/schema.ts";
import { clusterSchema, clusterShape } from "../../providers/kind/cluster-inputs.ts";
import { networkSchema, networkShape } from "../../providers/kind/network-inputs.ts";
import { output, type ResourceSchema } from "../../providers/server/index.ts";
import { flag, node, secretText, sourcesFile, text, typed } from "./parts.ts";

/**
 * An input of the provider `kind` as the input of a component. The provider has its default, and knows which changes
 * recreate what.
 */
function passedOn<S extends z.ZodType>(schema: S | z.ZodDefault<S> | z.ZodExactOptional<S>): S {
  const { description = "" } = schema.meta() ?? {};
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodExactOptional;
  const inner: S = isWrapped ? schema.unwrap() : schema;
  return inner.describe(description);
}

export const networkOfDockerSchema = {
  description: `${networkSchema.description} It is the resource \`kind:index:Network\`.`,
  inputs: {
    name: output(passedOn(networkShape.name)),
    labels: output(passedOn(networkShape.labels)).exactOptional(),
    owner: output(passedOn(networkShape.owner)).exactOptional(),
    subnet: output(passedOn(networkShape.subnet)).exactOptional(),
    ipRange: output(passedOn(networkShape.ipRange)).exactOptional(),
  } satisfies Record<keyof NetworkArgs, z.ZodType>,
  outputs: { name: text("Name of the Docker network."), ...networkSchema.outputs },
} satisfies ResourceSchema;

export const kindClusterSchema = {
  description:
    "A Kubernetes cluster in Docker, made by kind. It is ready when it is created. With it goes all that other " +
    "components install in it.",
  inputs: {
    kindName: passedOn(clusterShape.name),
    network: output(passedOn(clusterShape.network)),
    generation: passedOn(clusterShape.generation).describe(
      "Short hash, or number, of everything that forces the cluster to be recreated. Put it into the component's name " +
        "too: the cluster and everything in it then get new names. That is how a new generation replaces the old one " +
        "within one update.",
    ),
    podSubnet: passedOn(clusterShape.podSubnet),
    serviceSubnet: passedOn(clusterShape.serviceSubnet),
    clusterDomain: passedOn(clusterShape.clusterDomain).exactOptional(),
    fixedAddress: output(passedOn(clusterShape.fixedAddress)).exactOptional(),
    kubernetesVersion: passedOn(clusterShape.kubernetesVersion).exactOptional(),
    nodeImage: passedOn(clusterShape.nodeImage).exactOptional(),
    controlPlanes: passedOn(clusterShape.controlPlanes).exactOptional(),
    workers: passedOn(clusterShape.workers).exactOptional(),
    portMappings: z
      .array(portMappingSchema.meta(typed("PortMapping")))
      .describe("Ports of the host that lead to a node.")
      .exactOptional(),
    containerdConfigPatches: passedOn(clusterShape.containerdConfigPatches).exactOptional(),
    registryMirrors: passedOn(clusterShape.registryMirrors).exactOptional(),
    options: kindOptionsSchema
      .meta({
        ...typed("KindOptions"),
        description: "Options that kind passes on to nodes and kubeadm.",
      })
      .exactOptional(),
    imageArchives: passedOn(clusterShape.imageArchives).exactOptional(),
    sourcesFile: sourcesFile("the node image and the archives of images come from"),
    linkerdVersion: linkerdVersion()
      .describe(
        "Release of Linkerd whose archives of images are loaded, where the sources hold several. Default: the one " +
          "that a ControlPlane installs by default.",
      )
      .exactOptional(),
  } satisfies Record<keyof KindClusterArgs | "sourcesFile" | "linkerdVersion", z.ZodType>,
  outputs: {
    kubeconfig: secretText("Administrator's kubeconfig for this machine."),
    kubeconfigPath: text("File with the kubeconfig, mode 0600."),
    kubernetesVersion: clusterSchema.outputs.kubernetesVersion,
    nodes: z.array(node).describe("The nodes as they run, control planes first."),
    fixedAddress: text(
      "The address that the control plane keeps on the Docker network, once it has it.",
    ).optional(),
    clusterUid: clusterSchema.outputs.uid,
  },
} satisfies ResourceSchema;

export const existingClusterSchema = {
  description:
    "A cluster that already exists. It is neither created nor deleted; an update without them removes what other " +
    "components installed in it. At the first contact it is noted which cluster answers, and any other one is refused " +
    "from then on.",
  inputs: {
    kubeconfig: text(
      "Kubeconfig file, relative to the program's directory. Either this or `kubeconfigText`.",
    ).exactOptional(),
    kubeconfigText: output(
      secretText(
        "The kubeconfig itself, such as an output of what made the cluster (EKS, GKE, another stack). It is kept as a " +
          "secret. Either this or `kubeconfig`.",
      ),
    ).exactOptional(),
    context: text(
      "Context in that kubeconfig. Another context means another cluster: everything in the former one is removed there. " +
        "Default: the context that is current when the cluster is first seen, and that one from then on.",
    ).exactOptional(),
    others: z
      .array(output(z.string()))
      .describe("UIDs of further clusters of the same mesh: two ways into one cluster are refused.")
      .exactOptional(),
    namespaces: z
      .array(z.string())
      .describe(
        "Namespaces that are created in it besides Linkerd's, such as `linkerd-observability`. Where one of them is " +
          "somebody else's, nothing is changed.",
      )
      .exactOptional(),
    adopted: flag(
      "Others installed the Linkerd in it, which stays theirs. Otherwise the cluster must have none. Default: " +
        "`false`.",
    ),
  } satisfies Record<keyof ExistingClusterArgs, z.ZodType>,
  outputs: {
    kubeconfig: secretText("Kubeconfig with this context alone."),
    kubeconfigPath: text(
      "The given file as an absolute path. Absent if the kubeconfig itself was given.",
    ).optional(),
    context: text("The context that was named, or that was current when the cluster was seen."),
    uid: text("UID of the namespace kube-system."),
  },
} satisfies ResourceSchema;
