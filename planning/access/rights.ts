import type { LinkMode } from "../topology.ts";

/** What an access account may do with one kind of object, in every namespace of the target. */
export interface AccessRight {
  readonly apiGroup: string;
  readonly resource: string;
  /** The only object that the right applies to. @default all */
  readonly name?: string;
  readonly verbs: readonly string[];
  /** Who in the source needs it. */
  readonly usedBy: readonly AccessUser[];
}

/**
 * `service-mirror` and `destination` are Linkerd's controllers. `check` is `linkerd multicluster check`,
 * which a person runs with the source's credentials.
 */
export type AccessUser = "service-mirror" | "destination" | "check";

const follow = ["list", "watch"];

/**
 * Everything that the controllers of edge-26.1.1 request from a target. Both keep informers, which list and
 * watch and never get. They write only events about Services that were not mirrored, and client-go drops
 * those without the right. The role of Linkerd's chart also has `get` for all of it, Jobs, and events.
 *
 * A missing right is worse than one too many: a controller whose informers can't list within a minute exits
 * (`waitForCacheSync` in linkerd2's controller/k8s/k8s.go). For linkerd-destination that affects the whole
 * source.
 */
const all: readonly AccessRight[] = [
  // `check` asks whether it may get them. Whoever may list them can read the same.
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
 * The rights that a Link's account needs in its target, and no more.
 *
 * @param mode linkerd-destination watches only the targets of flat and mixed Links: through a gateway, a
 *   source never learns about pods
 */
export function accessRights(mode: LinkMode): readonly AccessRight[] {
  return mode === "gateway"
    ? all.filter(({ usedBy }) => usedBy.some((user) => user !== "destination"))
    : all;
}
