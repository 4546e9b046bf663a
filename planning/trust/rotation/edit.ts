import { defaults } from "../../defaults.ts";
import { anchorsOf } from "../plan.ts";
import type { Topology } from "../../topology.ts";
import type { TrustEdit } from "./state.ts";

/**
 * A topology that begins the rotation of its trust anchor: it has one more generation, which every cluster
 * trusts and nobody signs with yet.
 *
 * @throws Error during an earlier rotation, or if the user provides all issuers
 */
export function beginRotation(topology: Topology): Topology {
  const trust = topology.trust ?? {};
  const anchors = anchorsOf(trust);
  if (anchors.length > 1) {
    throw new Error("a rotation is under way: finish it, then begin the next");
  }
  const newest = anchors.at(-1)?.generation ?? defaults.anchorGeneration;
  return { ...topology, trust: { ...trust, anchors: [...anchors, { generation: newest + 1 }] } };
}

/** The topology after the step of a rotation that {@link rotationState} names. */
export function editTrust(topology: Topology, edit: TrustEdit): Topology {
  const { anchors, ...trust } = without(topology.trust ?? {}, "signer");
  const { generation } = edit;
  const clusters = topology.clusters.map((cluster) => {
    if (cluster.trust?.signer === undefined) return cluster;
    const own = without(cluster.trust, "signer");
    const rest = without(cluster, "trust");
    return Object.keys(own).length === 0 ? rest : { ...rest, trust: own };
  });
  const listed = anchors ?? anchorsOf({});
  return edit.type === "sign"
    ? { ...topology, clusters, trust: { ...trust, anchors: listed, signer: generation } }
    : {
        ...topology,
        clusters,
        trust: { ...trust, anchors: listed.filter((anchor) => anchor.generation >= generation) },
      };
}

function without<T extends object, K extends keyof T & string>(from: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== key)) as Omit<T, K>;
}
