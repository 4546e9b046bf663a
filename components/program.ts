import * as pulumi from "@pulumi/pulumi";
import type { MadeFrom, TopologyOrigin } from "../planning/sources/made-from.ts";
import type { Plan } from "../planning/plan-types.ts";
import { TopologyError } from "../planning/topology/problem.ts";
import type { Sources } from "../planning/sources/sources.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import { KindCluster } from "./kind-cluster.ts";
import { programEnv, programPath } from "./program-context.ts";
import { readSources, sourcesVariable, withHeldVersion } from "./sources.ts";
import { Topology } from "./topology.ts";

/** What the configuration of the stack doesn't say. */
export interface ProgramOptions {
  /** Labels of the Docker network. @default {} */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The file that holds the topology. It is recorded. */
  readonly origin?: TopologyOrigin | undefined;
  /** Where images and charts come from. @default what the environment or the configuration says */
  readonly sources?: Sources | undefined;
  /** What the stack was made from before: used where nothing else is said. */
  readonly recorded?: MadeFrom | undefined;
}

/** One generation of the trust anchor. */
export interface AnchorOutput {
  readonly generation: number;
  /** PEM. */
  readonly certificatePem: pulumi.Output<string>;
  readonly fingerprint: pulumi.Output<string>;
  readonly expiry: pulumi.Output<string>;
}

/** What the program of a stack exports. None of it is secret. */
export interface ProgramOutputs {
  /** All that was planned, as data. */
  readonly plan: Plan;
  /** Each cluster as it runs. */
  readonly clusters: readonly object[];
  /** Each Link, from where to where. */
  readonly links: readonly object[];
  readonly trustAnchor: {
    readonly fingerprint: pulumi.Output<string>;
    readonly expiry: pulumi.Output<string>;
  };
  /** Every generation of it, oldest first. */
  readonly trustAnchors: readonly AnchorOutput[];
  /** `none` where the images that stand in for Linkerd's proxy carry no traffic. */
  readonly dataPlane: "real" | "none";
  /** Where the topology, images and charts came from. Later updates go by it. */
  readonly madeFrom: MadeFrom;
}

/**
 * The program of every stack: its configuration → topology → outputs. `pulumi up` runs it from index.ts,
 * the commands run it inline; a stack can be brought up by either, in any order.
 *
 * @throws pulumi.RunError with every problem of the topology
 */
export function runProgram(options: ProgramOptions = {}): ProgramOutputs {
  const config = new pulumi.Config("linkerd-topology");
  const { recorded } = options;
  const sources =
    options.sources ?? configuredSources(config) ?? withHeldVersion(recorded?.sources ?? {});
  const topology = makeTopology(config.requireObject<TopologySpec>("topology"), sources, options);
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
    links: topology.plan.links.map(({ source, target, mode }) => ({ source, target, mode })),
    trustAnchor: {
      fingerprint: topology.trustAnchor.fingerprint,
      expiry: topology.trustAnchor.expiry,
    },
    trustAnchors: topology.trustAnchors.map(({ generation, anchor }) => ({
      generation,
      certificatePem: anchor.certificatePem,
      fingerprint: anchor.fingerprint,
      expiry: anchor.expiry,
    })),
    dataPlane: sources.dataPlane ?? "real",
    madeFrom: topology.madeFrom,
  };
}

/** What the environment or the stack's configuration names. */
function configuredSources(config: pulumi.Config): Sources | undefined {
  const file = programEnv()[sourcesVariable] ?? config.get("sources");
  return file ? readSources(programPath(file)) : undefined;
}

function makeTopology(topology: TopologySpec, sources: Sources, options: ProgramOptions): Topology {
  try {
    const { labels, origin = options.recorded?.topology } = options;
    return new Topology(pulumi.getStack(), { topology, sources, labels, origin });
  } catch (error) {
    // All that is to say is in the message; a stack trace of this file would hide it.
    if (error instanceof TopologyError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
