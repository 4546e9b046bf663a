import type { Mirror } from "./mirror.ts";
import { compare } from "../compare.ts";
import { groupBy } from "../group.ts";
import type { ExportedService } from "./exported-service.ts";
import { selects } from "../links/label-selector.ts";
import { localFederatedSelector } from "../links/selectors.ts";
import { federatedName, mirrorName } from "../names.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";

/**
 * Every mirror that follows from the exports, by Linkerd's own rules: each source looks at the labels of each
 * Service of its targets. Ordered by cluster, namespace and name.
 */
export function findMirrors(
  services: readonly ExportedService[],
  edges: readonly DraftEdge[],
): Mirror[] {
  if (services.length === 0) return [];
  const byCluster = groupBy(services, ({ cluster }) => cluster.name);
  const mirrors = edges.flatMap((edge) =>
    (byCluster.get(edge.target) ?? []).flatMap((service) => mirrorsOf(service, edge)),
  );
  mirrors.push(...federatedServices(services, byCluster, edges));
  return mirrors.sort(
    (a, b) =>
      a.cluster.index - b.cluster.index ||
      compare(a.namespace, b.namespace) ||
      compare(a.name, b.name),
  );
}

/** What one Link makes of one Service, apart from federated Services. */
function mirrorsOf(service: ExportedService, { from, target, selectors, headless }: DraftEdge) {
  const mirror = (name: string, kind: Mirror["kind"]): Mirror => ({
    cluster: from,
    namespace: service.namespace,
    name: mirrorName(name, target),
    kind,
    of: [service],
  });
  // Linkerd checks remote discovery first.
  const discovered = selects(selectors.remoteDiscovery, service.labels);
  const throughGateway = selects(selectors.gateway, service.labels);
  if (throughGateway && headless && service.pods.length > 0) {
    return [
      mirror(service.service, "headless"),
      ...service.pods.map((pod) => mirror(pod, "headless-pod")),
    ];
  }
  if (discovered) return [mirror(service.service, "remote-discovery")];
  return throughGateway ? [mirror(service.service, "gateway")] : [];
}

/** One in each cluster that is a member itself, or has a Link to one. */
function federatedServices(
  services: readonly ExportedService[],
  byCluster: ReadonlyMap<string, readonly ExportedService[]>,
  edges: readonly DraftEdge[],
): Mirror[] {
  const seen: { readonly cluster: DraftCluster; readonly member: ExportedService }[] = [];
  for (const member of services) {
    if (selects(localFederatedSelector, member.labels)) {
      seen.push({ cluster: member.cluster, member });
    }
  }
  for (const { from, target, selectors } of edges) {
    for (const member of byCluster.get(target) ?? []) {
      if (selects(selectors.federated, member.labels)) seen.push({ cluster: from, member });
    }
  }
  const groups = groupBy(
    seen,
    ({ cluster, member }) => `${cluster.name} ${member.namespace} ${member.service}`,
  );
  return [...groups.values()].flatMap((group): Mirror[] => {
    const [first] = group;
    if (!first) return [];
    return [
      {
        cluster: first.cluster,
        namespace: first.member.namespace,
        name: federatedName(first.member.service),
        kind: "federated",
        of: group.map(({ member }) => member).sort((a, b) => a.cluster.index - b.cluster.index),
      },
    ];
  });
}
