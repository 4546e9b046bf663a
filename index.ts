/** The program of every stack: configuration → topology → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { KindCluster } from "./components/kind-cluster.ts";
import { readSources, sourcesVariable } from "./components/sources.ts";
import { Topology } from "./components/topology.ts";
import { TopologyError } from "./planning/problem.ts";
import type { Topology as TopologySpec } from "./planning/topology.ts";

// Pulumi's runner looks up source maps for the stack of every promise of every resource, a third of the
// time that this program takes. There is nothing to look up: Node runs the sources themselves.
Reflect.deleteProperty(Error, "prepareStackTrace");
// It notes for each of them where it was made as well. Two frames tell enough of an unexpected error.
Error.stackTraceLimit = 2;
// And it tells the engine about every step with every resource, in calls of their own that carry all of
// its inputs, keys included, whether or not anybody asked: a third of what is left. `pulumi --debug` has
// the engine's side; LINKERD_TOPOLOGY_DEBUG brings this one back.
if (process.env["LINKERD_TOPOLOGY_DEBUG"] === undefined) {
  Reflect.set(pulumi.log, "debug", () => Promise.resolve());
}

const config = new pulumi.Config();
const sourcesFile = process.env[sourcesVariable] ?? config.get("sources");
const sources = sourcesFile ? readSources(sourcesFile) : {};

function makeTopology(): Topology {
  try {
    return new Topology(pulumi.getStack(), {
      topology: config.requireObject<TopologySpec>("topology"),
      sources,
    });
  } catch (error) {
    // All that is to say is in the message; a stack trace of this file would hide it.
    if (error instanceof TopologyError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

const topology = makeTopology();

/** All that was planned, as data. */
export const plan = topology.plan;

/** Each cluster as it runs; no secrets. */
export const clusters = topology.plan.clusters.map(
  ({ name, network, podSubnet, serviceSubnet }) => {
    const cluster = topology.clusters[name];
    const running = cluster instanceof KindCluster ? cluster : undefined;
    return {
      name,
      network,
      podSubnet,
      serviceSubnet,
      kubeconfigPath: cluster?.kubeconfigPath,
      context: cluster?.context,
      kubernetesVersion: running?.kubernetesVersion,
      nodes: running?.nodes,
    };
  },
);

/** Each Link, from where to where. */
export const links = topology.plan.links.map(({ source, target, mode }) => ({
  source,
  target,
  mode,
}));

export const trustAnchor = {
  fingerprint: topology.trustAnchor.fingerprint,
  expiry: topology.trustAnchor.expiry,
};

/** `none` where the images that stand in for Linkerd's proxy carry no traffic. */
export const dataPlane = sources.dataPlane ?? "real";
