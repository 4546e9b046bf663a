import { namedSources } from "../components/sources.ts";
import { definedOnly } from "../components/defined-only.ts";
import { Topology } from "../components/topology.ts";
import { topologyOutputs } from "../components/topology-outputs.ts";
import type { MakeComponent } from "../providers/server/index.ts";
import { readShape } from "../providers/server/index.ts";
import { topologyInputs } from "./component-schemas.ts";

export const makeComponent: MakeComponent = ({ name, inputs, options }) => {
  const { sourcesFile, ...args } = readShape(topologyInputs, inputs);
  const sources = namedSources(sourcesFile);
  // Pulumi's server says `false` where a program says nothing. It would overrule the `protect` of the topology.
  const { protect, ...others } = options;
  const topology = new Topology(name, definedOnly({ ...args, sources }), {
    ...others,
    ...(protect === true && { protect }),
  });
  return {
    urn: topology.urn,
    outputs: { ...topologyOutputs(topology), kubeconfigs: topology.kubeconfigs },
  };
};
