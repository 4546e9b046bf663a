import { usesGateway } from "../links/links.ts";
import type { Plan } from "../plan-types.ts";
import { anyIdentityOf } from "./identities.ts";

/** Which clients a gateway accepts. */
export interface GatewayAdmissionPlan {
  /** Identities of the clusters linked to it, as patterns. Empty: nobody. */
  readonly identities: readonly string[];
  /**
   * Where they come from. `anywhere`: nobody planned the addresses of some of those clusters. `docker`: from
   * nodes on the topology's own network, or from the gateway's own cluster, whose pod subnet this is
   * (kube-proxy hides the client of a node port).
   */
  readonly from: "anywhere" | { readonly docker: true; readonly podSubnet: string };
}

/**
 * Which clients a cluster's gateway must accept: the sources of the Links that lead through it, except those
 * whose account is revoked. Addresses of single nodes are useless: Docker may assign others at every start.
 *
 * Clusters with one trust domain can't be told apart this way. If each has its own trust domain, the gateway
 * refuses a revoked source as well.
 *
 * @returns undefined if the cluster has no gateway
 */
export function planGatewayAdmission(plan: Plan, name: string): GatewayAdmissionPlan | undefined {
  const cluster = plan.clusters.find((one) => one.name === name);
  if (cluster?.gateway === undefined) return undefined;
  // Linkerd's chart decides without a word of the topology, and nothing does for an ingress of one's own.
  const { admission, own } = cluster.gateway;
  if (admission === "everybody" || (admission === undefined && own !== undefined)) {
    return { identities: ["*"], from: "anywhere" };
  }
  const sources = plan.links
    .filter(({ target, mode, access }) => target === name && usesGateway(mode) && !access.revoked)
    .map(({ source }) => source);
  const identities = plan.clusters
    .filter((one) => sources.includes(one.name))
    .map(({ trustDomain }) => anyIdentityOf(trustDomain));
  const arePlanned = sources.every((source) =>
    plan.clusters.some((one) => one.name === source && one.type === "kind"),
  );
  return {
    identities: [...new Set(identities)].sort(),
    from:
      cluster.type === "kind" && arePlanned
        ? { docker: true, podSubnet: cluster.podSubnet }
        : "anywhere",
  };
}
