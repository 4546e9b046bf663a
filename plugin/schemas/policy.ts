import * as z from "zod";
import type { Multicluster } from "../../components/multicluster.ts";
import type { DefaultDenyArgs } from "../../components/policy/default-deny.ts";
import type { GatewayAdmissionArgs } from "../../components/policy/gateway-admission.ts";
import type { ServicePolicyArgs } from "../../components/policy/service-policy.ts";
import type { Topology } from "../../components/topology.ts";
import type { GatewayAdmissionPlan } from "../../planning/policy/gateway-admission.ts";
import { output, reference, type ResourceSchema } from "../../providers/server/index.ts";
import { cluster, flag, text, token } from "./parts.ts";

export const defaultDenySchema = {
  description:
    "A namespace whose pods accept only clients that a ServicePolicy names. The kubelet's probes still work. A pod gets " +
    "its proxy's default when it is created: in an existing namespace, running pods keep theirs until they are recreated.",
  inputs: {
    cluster: cluster("The cluster of the namespace."),
    namespace: text("The namespace."),
    create: flag("`false`: it already exists, and isn't deleted. Default: `true`."),
  } satisfies Record<keyof DefaultDenyArgs, z.ZodType>,
  outputs: {},
} satisfies ResourceSchema;

export const gatewayAdmissionSchema = {
  description:
    "Which clients a gateway accepts, in place of everybody in the mesh. It narrows the policies of Linkerd's chart, which " +
    "stay narrow when this is deleted.",
  inputs: {
    cluster: cluster("The cluster of the gateway."),
    extension: reference<Multicluster>(
      "The cluster's multicluster extension.",
      token("Multicluster"),
    ),
    identities: z
      .array(z.string())
      .describe(
        "Identities that are accepted, as patterns such as `*.west.example`. Empty: nobody.",
      ),
    podSubnet: text(
      "Pod subnet of the gateway's own cluster, CIDR: clients are accepted from there and from `dockerSubnet` alone. " +
        "Default: they may come from anywhere.",
    ).exactOptional(),
    dockerSubnet: output(
      text(
        "Subnet of the Docker network of the nodes, CIDR. Default: clients from there are refused.",
      ),
    ).exactOptional(),
  } satisfies Record<
    | Exclude<keyof GatewayAdmissionArgs, "admission">
    | Exclude<keyof GatewayAdmissionPlan, "from">
    | "podSubnet",
    z.ZodType
  >,
  outputs: {},
} satisfies ResourceSchema;

const namedClient = z
  .strictObject({
    cluster: text("Name of its cluster."),
    namespace: text("Namespace of its service account."),
    serviceAccount: text("Its service account."),
  })
  .meta({ title: "NamedClient" });

export const servicePolicySchema = {
  description:
    "Who may reach a Service of a Topology's cluster. Over flat and mixed Links: clients, by the identity and the addresses " +
    "of their cluster. Through the gateway: everything that it forwards. Everybody else is refused.",
  inputs: {
    topology: reference<Topology>(
      "The topology. Its Links determine what the server sees of a client.",
      token("Topology"),
    ),
    cluster: text("Name of the cluster that owns the Service."),
    namespace: text("Namespace of the Service."),
    service: text("The Service."),
    pods: z
      .record(z.string(), z.string())
      .describe("Labels of the pods behind the Service, as in its selector."),
    port: text("Name or number of the pods' port, which is the Service's `targetPort`."),
    protocol: z
      .enum(["unknown", "HTTP/1", "HTTP/2", "gRPC", "opaque", "TLS"])
      .meta({
        title: "ServerProtocol",
        description: "The protocol of the port. Default: `unknown`; Linkerd detects it.",
      })
      .exactOptional(),
    clients: z
      .array(namedClient)
      .describe(
        "Clients by their own identities: of the Service's own cluster, or of the source of a flat or mixed Link.",
      )
      .exactOptional(),
    throughGateway: flag(
      "Accepts every client that the cluster's gateway forwards, from any source. Default: `false`.",
    ),
  } satisfies Record<keyof ServicePolicyArgs, z.ZodType>,
  outputs: {},
} satisfies ResourceSchema;
