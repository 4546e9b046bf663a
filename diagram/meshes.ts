import type { LinkPlan } from "../planning/plan-types.ts";
import { linkModes } from "../planning/links/schema.ts";
import type { LinkMode } from "../planning/topology.ts";

/** With fewer clusters a line between every two of them is clearer. */
const smallestMesh = 4;

interface FoundMesh {
  readonly mode: LinkMode;
  readonly members: readonly string[];
}

/**
 * Groups of clusters with Links of one mode between every two of them. Sixteen clusters have 240 Links, which
 * nobody can read as lines. Drawn around a point they are sixteen spokes.
 */
export function findMeshes(
  clusters: readonly string[],
  links: readonly LinkPlan[],
): { meshes: FoundMesh[]; rest: LinkPlan[] } {
  const meshes: FoundMesh[] = [];
  let rest = [...links];
  for (const mode of linkModes) {
    for (;;) {
      const members = largestMesh(clusters, linkedBothWays(rest, mode));
      if (members.length < smallestMesh) break;
      meshes.push({ mode, members });
      const among = new Set(members);
      rest = rest.filter(
        (link) => link.mode !== mode || !among.has(link.source) || !among.has(link.target),
      );
    }
  }
  return { meshes, rest };
}

type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

function linkedBothWays(links: readonly LinkPlan[], mode: LinkMode): Neighbours {
  const ofMode = links.filter((link) => link.mode === mode);
  const known = new Set(ofMode.map(({ source, target }) => `${source} ${target}`));
  const neighbours = new Map<string, Set<string>>();
  for (const { source, target } of ofMode) {
    if (!known.has(`${target} ${source}`)) continue;
    neighbours.set(source, (neighbours.get(source) ?? new Set()).add(target));
  }
  return neighbours;
}

/** The largest group found when starting from each cluster and adding those that are linked to all so far. */
function largestMesh(clusters: readonly string[], neighbours: Neighbours): string[] {
  let largest: string[] = [];
  for (const start of clusters) {
    const group = [start];
    for (const other of clusters) {
      if (group.every((member) => neighbours.get(member)?.has(other))) group.push(other);
    }
    if (group.length > largest.length) largest = group;
  }
  return largest.sort((a, b) => clusters.indexOf(a) - clusters.indexOf(b));
}
