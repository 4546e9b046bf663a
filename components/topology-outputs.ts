import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../planning/plan-types.ts";
import { KindCluster } from "./kind-cluster.ts";
import type { Topology } from "./topology.ts";

/** One generation of the trust anchor. */
export interface AnchorOutput {
  readonly generation: number;
  /** PEM. */
  readonly certificatePem: pulumi.Output<string>;
  readonly fingerprint: pulumi.Output<string>;
  readonly expiry: pulumi.Output<string>;
}

/** The outputs of a topology. None of them is secret. */
export interface TopologyOutputs {
  /** The whole plan, as data. */
  readonly plan: Plan;
  /** Each running cluster. */
  readonly clusters: readonly object[];
  readonly links: Topology["links"];
  /** Every generation of the trust anchor, oldest first. */
  readonly trustAnchors: readonly AnchorOutput[];
  readonly dataPlane: Topology["dataPlane"];
}

/** The same for every way in which a topology is made: by a stack's program, or by one in another language. */
export function topologyOutputs(topology: Topology): TopologyOutputs {
  return {
    plan: topology.plan,
    clusters: topology.plan.clusters.map(({ name, network, podSubnet, serviceSubnet }) => {
      const cluster = topology.clusters[name];
      const running = cluster instanceof KindCluster ? cluster : undefined;
      return {
        name,
        network,
        podSubnet,
        serviceSubnet,
        kubeconfigPath: cluster?.kubeconfigPath,
        context: cluster?.context,
        uid: cluster instanceof KindCluster ? cluster.clusterUid : cluster?.uid,
        kubernetesVersion: running?.kubernetesVersion,
        nodes: running?.nodes,
      };
    }),
    links: topology.links,
    trustAnchors: topology.trustAnchors.map(({ generation, anchor }) => ({
      generation,
      certificatePem: anchor.certificatePem,
      fingerprint: anchor.fingerprint,
      expiry: anchor.expiry,
    })),
    dataPlane: topology.dataPlane,
  };
}
