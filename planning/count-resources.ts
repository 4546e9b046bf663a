import type { LinkPlan, Plan } from "./plan-types.ts";

/**
 * How many resources Pulumi will tell of, components and the stack among them, its own default providers
 * aside.
 *
 * @returns undefined where a cluster exists already: what is made there depends on what is found
 */
export function countResources(plan: Plan): number | undefined {
  const { clusters, links, exports, mirrors, trust } = plan;
  if (clusters.some((cluster) => cluster.type !== "kind")) return undefined;
  // Stack and topology; the Docker network; the gate of a step of a rotation.
  const once = 2 + 1 + (trust.staged ? 1 : 0);
  // Each with its key and certificate; those that are given are nobody's resources.
  const anchors = 3 * trust.anchors.filter(({ type }) => type === "made").length;
  const issuers = 4 * clusters.filter(({ issuer }) => issuer.type === "made").length;
  // The cluster (3), its control plane (9), the extension (4), its proxies.
  const perCluster = 3 + 9 + 4 + 1;
  const given = new Set(clusters.flatMap((c) => (c.issuer.type === "made" ? [] : [c.name])));
  // What both ends trust is compared where somebody else made an issuer.
  const compared = links.filter(({ source, target }) => given.has(source) || given.has(target));
  const routes = clusters.filter((c) => c.type === "kind" && c.routePeers.length > 0).length;
  const exported = new Set(exports.map((e) => `${e.cluster} ${e.namespace} ${e.service}`));
  const admissions = clusters.filter(({ gateway }) => gateway?.admission !== undefined).length;
  const federated = mirrors.filter(({ kind }) => kind === "federated");
  const federatedServices = new Set(federated.map((m) => `${m.namespace} ${m.of[0]?.service}`));
  return (
    once +
    anchors +
    issuers +
    compared.length +
    perCluster * clusters.length +
    2 * routes +
    // What the chart has of identities and of addresses, both in a component.
    3 * admissions +
    links.reduce((sum, link) => sum + countOfLink(link), 0) +
    exported.size +
    plan.traffic.length +
    federatedServices.size
  );
}

function countOfLink({ mode, access }: LinkPlan): number {
  // The service mirror's Secret, the Link, its cleanup and its gate, all in a component; for pods that are
  // reached directly, linkerd-destination's Secret.
  const link = 5 + (mode === "gateway" ? 0 : 1);
  // The account with its role and binding, all in a component; its token.
  const account = 4 + (access.revoked ? 0 : 1);
  return link + account;
}
