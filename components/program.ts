import * as pulumi from "@pulumi/pulumi";
import type { MadeFrom, TopologyOrigin } from "../planning/sources/made-from.ts";
import { TopologyError } from "../planning/topology/problem.ts";
import type { Sources } from "../planning/sources/sources.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import { namedSources, withHeldVersion } from "./sources.ts";
import { Topology } from "./topology.ts";
import { topologyOutputs, type TopologyOutputs } from "./topology-outputs.ts";

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

/** The outputs of a stack's program. None of them is secret. */
export interface ProgramOutputs extends TopologyOutputs {
  /** The newest generation of the trust anchor. An adopted mesh keeps its own, and has none here. */
  readonly trustAnchor?: {
    readonly fingerprint: pulumi.Output<string>;
    readonly expiry: pulumi.Output<string>;
  };
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
    options.sources ??
    namedSources(config.get("sources")) ??
    withHeldVersion(recorded?.sources ?? {});
  const topology = makeTopology(config.requireObject<TopologySpec>("topology"), sources, options);
  return {
    ...topologyOutputs(topology),
    ...(topology.trustAnchor && {
      trustAnchor: {
        fingerprint: topology.trustAnchor.fingerprint,
        expiry: topology.trustAnchor.expiry,
      },
    }),
    madeFrom: topology.madeFrom,
  };
}

function makeTopology(topology: TopologySpec, sources: Sources, options: ProgramOptions): Topology {
  try {
    const { labels, origin = options.recorded?.topology } = options;
    const protect = new pulumi.Config("linkerd-topology").getBoolean("protect");
    return new Topology(
      pulumi.getStack(),
      { topology, sources, labels, origin },
      { ...(protect !== undefined && { protect }) },
    );
  } catch (error) {
    // The message says everything; a stack trace of this file would hide it.
    if (error instanceof TopologyError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
