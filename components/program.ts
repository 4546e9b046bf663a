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

/** What the stack's configuration doesn't contain. */
export interface ProgramOptions {
  /** Labels of the Docker network. @default {} */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The file of the topology. It is recorded. */
  readonly origin?: TopologyOrigin | undefined;
  /** Where images and charts come from. @default what the environment or the configuration says */
  readonly sources?: Sources | undefined;
  /** What the stack was made from before. It is the default. */
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

/** The outputs of a stack's program. None of them is secret. */
export interface ProgramOutputs {
  /** The whole plan, as data. */
  readonly plan: Plan;
  /** Each running cluster. */
  readonly clusters: readonly object[];
  /** Each Link with its source and target. */
  readonly links: readonly object[];
  readonly trustAnchor: {
    readonly fingerprint: pulumi.Output<string>;
    readonly expiry: pulumi.Output<string>;
  };
  /** Every generation of the trust anchor, oldest first. */
  readonly trustAnchors: readonly AnchorOutput[];
  /** `none` if stand-ins for Linkerd's proxy run, which carry no traffic. */
  readonly dataPlane: "real" | "none";
  /** Where the topology, images and charts came from. Later updates use it. */
  readonly madeFrom: MadeFrom;
}

/**
 * The program of every stack: its configuration → topology → outputs. `pulumi up` runs it from index.ts, the
 * commands run it inline. Either can update a stack, in any order.
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

/** The sources that the environment or the stack's configuration names. */
function configuredSources(config: pulumi.Config): Sources | undefined {
  const file = programEnv()[sourcesVariable] ?? config.get("sources");
  return file ? readSources(programPath(file)) : undefined;
}

function makeTopology(topology: TopologySpec, sources: Sources, options: ProgramOptions): Topology {
  try {
    const { labels, origin = options.recorded?.topology } = options;
    return new Topology(pulumi.getStack(), { topology, sources, labels, origin });
  } catch (error) {
    // The message says everything; a stack trace of this file would hide it.
    if (error instanceof TopologyError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
