import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../planning/plan-types.ts";
import type { Admission, ServicePolicySpec } from "../../planning/policy/service-policy.ts";
import { planServicePolicy } from "../../planning/policy/service-policy.ts";
import { formatProblem } from "../../planning/topology/problem.ts";
import { claim } from "../claim.ts";
import { inCluster, type MeshCluster } from "../mesh-cluster.ts";
import { refuseOutputs } from "../plain-inputs.ts";

/** Arguments of {@link ServicePolicy}. */
export interface ServicePolicyArgs extends Omit<ServicePolicySpec, "cluster"> {
  /** The topology. Its Links determine what the server sees of a client. */
  readonly topology: {
    readonly plan: Plan;
    readonly clusters: Readonly<Record<string, MeshCluster>>;
  };
  /** Name of the cluster that owns the Service. */
  readonly cluster: string;
  /** Labels of the pods behind the Service, as in its selector. */
  readonly pods: Readonly<Record<string, string>>;
  /**
   * Name or number of the pods' port, which is the Service's `targetPort`. Use one policy for each port of a
   * pod: of several, Linkerd uses the oldest.
   */
  readonly port: string | number;
  /** The protocol of the port. @default "unknown": Linkerd detects it */
  readonly protocol?: "unknown" | "HTTP/1" | "HTTP/2" | "gRPC" | "opaque" | "TLS";
}

/**
 * Who may reach a Service. Over flat and mixed Links: clients, by the identity and the addresses of their
 * cluster. Through the gateway: everything that it forwards, by the gateway's identity. Everybody else is
 * refused, with or without a {@link DefaultDeny} of the namespace.
 *
 * @throws pulumi.RunError with every problem, before any resource is registered. For example, a client that
 *   comes through a gateway can't be named, because it can't be told from others. Also if the program has
 *   another policy for the same port of the Service.
 *
 * @example
 * ```ts
 * new ServicePolicy("web-in-east", {
 *   topology, cluster: "east", namespace: "shop", service: "web", pods: { app: "web" }, port: "http",
 *   clients: [{ cluster: "west", namespace: "shop", serviceAccount: "checkout" }],
 * });
 * ```
 */
export class ServicePolicy extends pulumi.ComponentResource {
  constructor(name: string, args: ServicePolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("ServicePolicy", name, args, ["topology"]);
    const admissions = admissionsOrThrow(name, args);
    const cluster = args.topology.clusters[args.cluster];
    if (cluster === undefined)
      throw new Error(`args.topology has no cluster ${args.cluster}, but its plan does`);
    const { namespace, service } = args;
    const server = objectName(service, args.port);
    claim(
      cluster,
      `the policy of ${namespace}/${service}, port ${args.port}`,
      `the policy ${name}`,
    );
    super("linkerd-topology:index:ServicePolicy", name, {}, opts);
    const object = (
      kind: "Server" | "AuthorizationPolicy" | "MeshTLSAuthentication" | "NetworkAuthentication",
      suffix: string,
      spec: Record<string, unknown>,
      dependsOn: pulumi.Resource[] = [],
    ) =>
      new CustomResource(
        `${name}${suffix}`,
        {
          apiVersion: `policy.linkerd.io/${kind === "Server" ? "v1beta3" : "v1alpha1"}`,
          kind,
          metadata: { name: `${server}${suffix}`, namespace },
          spec,
        },
        inCluster(cluster, this, { dependsOn }),
      );
    // Comes last: without a Server the policies have no effect, and from then on they all have.
    const admitting = admissions.flatMap((one) => admit(one, server, object));
    object(
      "Server",
      "",
      {
        podSelector: { matchLabels: args.pods },
        port: args.port,
        proxyProtocol: args.protocol ?? "unknown",
        accessPolicy: "deny",
      },
      admitting,
    );
    this.registerOutputs({});
  }
}

type MakeObject = (
  kind: "AuthorizationPolicy" | "MeshTLSAuthentication" | "NetworkAuthentication",
  suffix: string,
  spec: Record<string, unknown>,
  dependsOn?: pulumi.Resource[],
) => pulumi.Resource;

/** An AuthorizationPolicy needs all of its requirements. One of several policies is enough. */
function admit(
  { name, identities, networks }: Admission,
  server: string,
  object: MakeObject,
): pulumi.Resource[] {
  const suffix = `-from-${name}`;
  const required = [
    ["MeshTLSAuthentication", { identities }] as const,
    ...(networks === undefined
      ? []
      : [["NetworkAuthentication", { networks: networks.map((cidr) => ({ cidr })) }] as const]),
  ];
  const proofs = required.map(([kind, spec]) => object(kind, suffix, spec));
  const policy = object(
    "AuthorizationPolicy",
    suffix,
    {
      targetRef: { group: "policy.linkerd.io", kind: "Server", name: server },
      requiredAuthenticationRefs: required.map(([kind]) => ({
        group: "policy.linkerd.io",
        kind,
        name: `${server}${suffix}`,
      })),
    },
    proofs,
  );
  return [...proofs, policy];
}

/**
 * Port `b-c` of the Service `a` and port `c` of the Service `a-b` get different names, because neither name
 * contains a full stop.
 */
function objectName(service: string, port: string | number): string {
  const text = String(port);
  return text.includes("-") ? `${service}.${text}` : `${service}-${text}`;
}

function admissionsOrThrow(name: string, args: ServicePolicyArgs): readonly Admission[] {
  const result = planServicePolicy(args.topology.plan, args);
  if (result.ok) return result.admissions;
  const lines = result.problems.map((problem) => `\n  ${formatProblem(problem)}`);
  throw new pulumi.RunError(`the policy ${name} can't be planned:${lines.join("")}`);
}
