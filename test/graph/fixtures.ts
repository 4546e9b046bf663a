import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Topology } from "../../components/topology.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import type { Topology as TopologySpec } from "../../planning/topology.ts";
import { register, type Registration } from "./monitor.ts";

const directory = mkdtempSync(join(tmpdir(), "linkerd-topology-graph-"));
process.env["LINKERD_TOPOLOGY_CACHE"] = join(directory, "cache");

/** Removes what the tests of a file have written; hand it to `after`. */
export { directory as temporaryDirectory };

/** Writes a file that only the tests of this process know. */
export function writeTemporary(name: string, content: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Two definitions in the form of a Gateway API release, with one thing between that is none. */
export const gatewayApiText = `# Copyright
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    gateway.networking.k8s.io/bundle-version: v1.2.1
  creationTimestamp: null
  name: httproutes.gateway.networking.k8s.io
spec:
  names:
    kind: HTTPRoute
---
apiVersion: v1
kind: Namespace
metadata:
  name: gateway-system
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    gateway.networking.k8s.io/bundle-version: v1.2.1
  name: gateways.gateway.networking.k8s.io
spec:
  names:
    kind: Gateway
`;

export const sources: Sources = {
  charts: "/charts",
  gatewayApi: writeTemporary("standard-install.yaml", gatewayApiText),
};

export const pair: TopologySpec = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

/** Everything that a topology registers. */
export async function registerTopology(
  topology: TopologySpec,
  over: Partial<Sources> = {},
): Promise<Registration[]> {
  return register(() => new Topology("lab", { topology, sources: { ...sources, ...over } }));
}

/** Name of a cluster with its generation. The names of everything in it contain this. */
export function memberName(all: readonly Registration[], cluster: string): string {
  const found = all.find(
    ({ type, name }) => type === "kind:index:Cluster" && name.startsWith(`lab-${cluster}-`),
  );
  if (found === undefined) throw new Error(`no cluster ${cluster} was registered`);
  return found.name;
}
