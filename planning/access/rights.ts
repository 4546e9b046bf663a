import type { LinkMode } from "../topology.ts";

/** What an access account may do with one kind of object, in every namespace of the target. */
export interface AccessRight {
  readonly apiGroup: string;
  readonly resource: string;
  /** The only object that it may do it with. @default all */
  readonly name?: string;
  readonly verbs: readonly string[];
  /** Who in the source needs it. */
  readonly usedBy: readonly AccessUser[];
}

/**
 * `service-mirror` and `destination` are Linkerd's controllers; `check` is `linkerd multicluster check`,
 * which a person runs with the source's credentials.
 */
export type AccessUser = "service-mirror" | "destination" | "check";

const follow = ["list", "watch"];

/**
 * All that the controllers of edge-26.1.1 ask a target for. Both keep informers, which list and watch and
 * never get; the one thing that they write, events about Services that were not mirrored, client-go drops
 * where it isn't let. The role of Linkerd's chart has `get` for all of it besides, Jobs, and events.
 *
 * A right too few is worse than a right too many: a controller whose informers can't list within a minute
 * ends its process (`waitForCacheSync` in linkerd2's controller/k8s/k8s.go), linkerd-destination of the
 * whole source included.
 */
const all: readonly AccessRight[] = [
  // `check` asks whether it may get them; whoever may list them reads the same.
  {
    apiGroup: "",
    resource: "services",
    verbs: ["get", ...follow],
    usedBy: ["service-mirror", "destination", "check"],
  },
  { apiGroup: "", resource: "endpoints", verbs: follow, usedBy: ["service-mirror"] },
  // `check` compares the trust anchors of both clusters.
  {
    apiGroup: "",
    resource: "configmaps",
    name: "linkerd-config",
    verbs: ["get"],
    usedBy: ["check"],
  },
  { apiGroup: "", resource: "pods", verbs: follow, usedBy: ["destination"] },
  { apiGroup: "apps", resource: "replicasets", verbs: follow, usedBy: ["destination"] },
  {
    apiGroup: "discovery.k8s.io",
    resource: "endpointslices",
    verbs: follow,
    usedBy: ["destination"],
  },
  { apiGroup: "policy.linkerd.io", resource: "servers", verbs: follow, usedBy: ["destination"] },
];

/**
 * What the account of a Link may do in its target, and no more.
 *
 * @param mode linkerd-destination watches the targets of flat and mixed Links only: through a gateway, a
 *   source never learns of a pod
 */
export function accessRights(mode: LinkMode): readonly AccessRight[] {
  return mode === "gateway"
    ? all.filter(({ usedBy }) => usedBy.some((user) => user !== "destination"))
    : all;
}
