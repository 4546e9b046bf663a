import type { ExportSpec, LinkSpec, Topology } from "../../../planning/topology.ts";

/** A topology without one of its clusters, its Links and its exports. */
export function withoutCluster(topology: Topology, name: string): Topology {
  const links = (topology.links ?? []).flatMap((link): LinkSpec[] => {
    if (link.from === name || link.to === name) return [];
    if (Array.isArray(link.from) && link.from.includes(name)) return [];
    const between = link.between?.filter((member) => member !== name);
    if (between === undefined) return [link];
    return between.length < 2 ? [] : [{ ...link, between }];
  });
  const clusters = topology.clusters.filter((cluster) => cluster.name !== name);
  const exports = (topology.exports ?? []).flatMap((one): ExportSpec[] => {
    const from = [one.from].flat().filter((cluster) => cluster !== name);
    return from.length === 0 ? [] : [{ ...one, from }];
  });
  return { ...topology, clusters, links, ...(topology.exports && { exports }) };
}
