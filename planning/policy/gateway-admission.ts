import { usesGateway } from "../links/links.ts";
import type { Plan } from "../plan-types.ts";
import { anyIdentityOf } from "./identities.ts";

/** Whom a gateway lets through. */
export interface GatewayAdmissionPlan {
  /** Identities of the clusters linked to it, as patterns. Empty: nobody. */
  readonly identities: readonly string[];
  /**
   * Where they come from. `anywhere`: there are clusters among them whose addresses nobody has planned.
   * `docker`: from nodes on the topology's own network, or (kube-proxy hides who came in by a node port)
   * from the gateway's own cluster, whose pod subnet this is.
   */
  readonly from: "anywhere" | { readonly docker: true; readonly podSubnet: string };
}

/**
 * Whom the gateway of a cluster has to let through: the sources of the Links that lead through it, but for
 * those whose account is revoked. Addresses of single nodes are of no use: Docker may give them others
 * whenever they start.
 *
 * Clusters with one trust domain can't be told apart this way: with another trust domain each, a source
 * that is revoked is refused here as well.
 *
 * @returns undefined where the cluster has no gateway
 */
export function planGatewayAdmission(plan: Plan, name: string): GatewayAdmissionPlan | undefined {
  const cluster = plan.clusters.find((one) => one.name === name);
  if (cluster?.gateway === undefined) return undefined;
  if (cluster.gateway.admission === "everybody") return { identities: ["*"], from: "anywhere" };
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
