import { CustomResourcePatch } from "@pulumi/kubernetes/apiextensions/customResourcePatch.js";
import * as pulumi from "@pulumi/pulumi";
import { multiclusterNamespace } from "../../planning/names.ts";
import type { GatewayAdmissionPlan } from "../../planning/policy/gateway-admission.ts";
import { inCluster, type MeshCluster } from "../mesh-cluster.ts";
import type { Multicluster } from "../multicluster.ts";
import { refuseOutputs } from "../plain-inputs.ts";

/** Arguments of {@link GatewayAdmission}. */
export interface GatewayAdmissionArgs {
  /** The cluster of the gateway. */
  readonly cluster: MeshCluster;
  readonly extension: Pick<Multicluster, "installed">;
  readonly admission: GatewayAdmissionPlan;
  /**
   * Subnet of the Docker network of the nodes, CIDR.
   * @default none: clients from there are refused, unless clients may come from anywhere
   */
  readonly dockerSubnet?: pulumi.Input<string>;
}

/**
 * Which clients a gateway accepts: the identities and addresses of the clusters linked to it. Linkerd's chart
 * accepts every meshed client from everywhere and has no value for it. A policy beside the chart's could only
 * accept more. So this narrows the chart's own objects: Helm doesn't touch fields that its template doesn't
 * change.
 *
 * They stay narrow when this is deleted: without the field they would be invalid.
 */
export class GatewayAdmission extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayAdmissionArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("GatewayAdmission", name, args, ["cluster", "extension", "dockerSubnet"]);
    super("linkerd-topology:index:GatewayAdmission", name, {}, opts);
    const { admission } = args;
    const patch = (kind: string, object: string, spec: Record<string, unknown>) =>
      new CustomResourcePatch(
        `${name}-${object}`,
        {
          apiVersion: "policy.linkerd.io/v1alpha1",
          kind,
          metadata: {
            name: object,
            namespace: multiclusterNamespace,
            // Helm manages the field.
            annotations: { "pulumi.com/patchForce": "true" },
          },
          spec,
        },
        inCluster(args.cluster, this, {
          dependsOn: [args.extension.installed],
          retainOnDelete: true,
        }),
      );
    patch("MeshTLSAuthentication", "any-meshed", { identities: admittedIdentities(admission) });
    const networks = admittedNetworks(admission, args.dockerSubnet);
    patch("NetworkAuthentication", "source-cluster", {
      networks: networks.map((cidr) => ({ cidr })),
    });
    this.registerOutputs({});
  }
}

/** The identities of the clients that a gateway accepts. Never an empty list. */
export function admittedIdentities({ identities }: GatewayAdmissionPlan): readonly string[] {
  return identities.length > 0 ? identities : [nobody];
}

/** The addresses, as CIDRs, from which a gateway accepts clients. */
export function admittedNetworks(
  { from }: GatewayAdmissionPlan,
  dockerSubnet: pulumi.Input<string> | undefined,
): pulumi.Input<string>[] {
  if (from === "anywhere") return ["0.0.0.0/0", "::/0"];
  return [...(dockerSubnet === undefined ? [] : [dockerSubnet]), from.podSubnet];
}

/** An identity that nobody has, because Linkerd refuses an empty list. */
const nobody = "nobody.invalid";
