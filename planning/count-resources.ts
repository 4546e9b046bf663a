import type { LinkPlan, Plan } from "./plan-types.ts";

/**
 * How many resources Pulumi will report, with components and the stack, without its own default providers.
 *
 * @returns undefined if a cluster exists already: the resources there depend on what is found in it
 */
export function countResources(plan: Plan): number | undefined {
  const { clusters, links, exports, mirrors, trust } = plan;
  if (clusters.some((cluster) => cluster.type !== "kind")) return undefined;
  // Stack and topology; the Docker network; the gate of a step of a rotation.
  const once = 2 + 1 + (trust.staged ? 1 : 0);
  // Each with its key and certificate. Given ones are no resources.
  const anchors = 3 * trust.anchors.filter(({ type }) => type === "made").length;
  const issuers = 4 * clusters.filter(({ issuer }) => issuer.type === "made").length;
  // The cluster (3), its control plane (9), the extension (4), its proxies.
  const perCluster = 3 + 9 + 4 + 1;
  const given = new Set(clusters.flatMap((c) => (c.issuer.type === "made" ? [] : [c.name])));
  // If somebody else created an issuer, the trust of both ends is compared.
  const compared = links.filter(({ source, target }) => given.has(source) || given.has(target));
  const balancers = clusters.filter((c) => c.type === "kind" && c.bringsLoadBalancer === true);
  const routes = clusters.filter((c) => c.type === "kind" && c.routePeers.length > 0).length;
  const exported = new Set(exports.map((e) => `${e.cluster} ${e.namespace} ${e.service}`));
  const owned = clusters.filter(({ gateway }) => gateway?.own !== undefined).length;
  const admissions = clusters.filter(
    ({ gateway }) => gateway?.own === undefined && gateway?.admission !== undefined,
  ).length;
  const federated = mirrors.filter(({ kind }) => kind === "federated");
  const federatedServices = new Set(federated.map((m) => `${m.namespace} ${m.of[0]?.service}`));
  return (
    once +
    anchors +
    issuers +
    compared.length +
    perCluster * clusters.length +
    2 * routes +
    // MetalLB's namespace, release, range and announcement, in a component.
    5 * balancers.length +
    // The chart's objects for identities and for addresses, both in a component.
    3 * admissions +
    owned +
    links.reduce((sum, link) => sum + countOfLink(link), 0) +
    exported.size +
    plan.traffic.length +
    countOfObservability(plan) +
    federatedServices.size
  );
}

/**
 * In each cluster: the component with a namespace, an account, a role and its binding, the configuration, three
 * dashboards, four policies, a Service and a Deployment.
 */
function countOfObservability({ observability }: Plan): number {
  if (observability === undefined) return 0;
  const prometheus = 1 + 4 + 1 + 3 + 4 + 2 + (observability.storage === undefined ? 0 : 1);
  // The component with an account, a Server, a Service and a Deployment.
  const jaeger = observability.tracing === undefined ? 0 : 1 + 4;
  // The component with a namespace, a release and its gate; where it collects, another Prometheus, with a
  // configuration and a Service.
  const viz = (observability.viz?.clusters ?? []).map(({ collects }) => 1 + 3 + (collects ? 3 : 0));
  return (
    (prometheus + jaeger) * observability.clusters.length + viz.reduce((sum, one) => sum + one, 0)
  );
}

function countOfLink({ mode, access }: LinkPlan): number {
  // The service mirror's Secret, the Link, its cleanup and its gate, all in a component. If pods are reached
  // directly, also linkerd-destination's Secret.
  const link = 5 + (mode === "gateway" ? 0 : 1);
  // The account with its role and binding, all in a component; its token.
  const account = 4 + (access.revoked ? 0 : 1);
  return link + account;
}
