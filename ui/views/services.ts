import { federatedName } from "../../planning/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { localFederatedSelector } from "../../planning/links/selectors.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { kubectl } from "../../verification/checks/check.ts";
import { missingMembers } from "../../verification/federated-members.ts";
import type { ExportedService, MeshStatus } from "../../verification/status.ts";
import { answersOf, type Flow } from "../flows.ts";
import type { CommandView, ExportWord, Health, MirrorView, ServiceView } from "../model.ts";

/** Every exported Service over all clusters, by namespace and name. */
export function serviceViews(
  plan: Plan,
  status: MeshStatus,
  flows: readonly Flow[],
  seconds: ReadonlyMap<string, number>,
): readonly ServiceView[] {
  const exported = status.clusters.flatMap(({ services }) => services?.exported ?? []);
  const ids = new Set([
    ...plan.exports.map(({ namespace, service }) => `${namespace}/${service}`),
    ...exported.map(({ namespace, service }) => `${namespace}/${service}`),
    ...status.links.flatMap(({ mirrors }) =>
      mirrors.map(({ namespace, service }) => `${namespace}/${service}`),
    ),
  ]);
  const missing = missingMembers(plan, status);
  return [...ids].sort().map((id): ServiceView => {
    const [namespace = "", name = ""] = id.split("/");
    const exports = status.clusters.flatMap(({ name: cluster, services }) =>
      (services?.exported ?? [])
        .filter((one) => one.namespace === namespace && one.service === name)
        .map((one) => ({ cluster, as: waysOf(one, cluster, plan), headless: one.headless })),
    );
    const mirrors = mirrorsOf(status, namespace, name);
    const federated = status.clusters.flatMap(({ name: cluster, services }) =>
      (services?.federated ?? [])
        .filter((one) => one.namespace === namespace && one.name === federatedName(name))
        .map(({ name: called, local, remote }) => ({
          cluster,
          name: called,
          members: [...(local ? [cluster] : []), ...remote],
          missing: missing
            .filter((one) => one.viewer === cluster && `${one.namespace}/${one.service}` === id)
            .map(({ member }) => member),
        })),
    );
    const lacks = missing.some((one) => `${one.namespace}/${one.service}` === id);
    const names = namesOf(status, namespace, name);
    const called = flows.filter(
      ({ source, service }) => service !== undefined && names.has(`${source} ${service}`),
    );
    return {
      id,
      namespace,
      name,
      health: healthOf(lacks, exports.length > 0, mirrors),
      exports,
      mirrors,
      federated,
      answers: answersOf(called, seconds),
      commands: commandsOf(status, namespace, name, mirrors),
    };
  });
}

function healthOf(lacks: boolean, known: boolean, mirrors: readonly MirrorView[]): Health {
  if (lacks || mirrors.some(({ name, mirrored }) => name === undefined || mirrored === false)) {
    return "failing";
  }
  return known ? "well" : "unknown";
}

/** In which ways its labels export it, over the Links that lead to its cluster. */
function waysOf(
  { labels }: ExportedService,
  cluster: string,
  { links }: Pick<Plan, "links">,
): readonly ExportWord[] {
  const own = links.filter(({ target }) => target === cluster);
  const by = (kind: keyof (typeof own)[number]["selectors"]): boolean =>
    own.some(({ selectors }) => selects(selectors[kind], labels));
  return [
    ...(by("gateway") ? (["gateway"] as const) : []),
    ...(by("remoteDiscovery") ? (["remote-discovery"] as const) : []),
    ...(by("federated") || selects(localFederatedSelector, labels) ? (["federated"] as const) : []),
  ];
}

function mirrorsOf({ links }: MeshStatus, namespace: string, name: string): readonly MirrorView[] {
  return links.flatMap(({ source, target, mirrors }) =>
    mirrors
      .filter((one) => one.namespace === namespace && one.service === name)
      // Members of a federated Service are shown with it, unless the service mirror says why one isn't.
      .filter(({ kind, mirrored }) => kind !== "federated" || mirrored === false)
      .map(({ kind, mirror, endpoints, mirrored, reason }) => ({
        cluster: source,
        target,
        kind,
        endpoints,
        ...(mirror !== undefined && { name: mirror }),
        ...(mirrored !== undefined && { mirrored }),
        ...(reason !== undefined && { reason }),
      })),
  );
}

/** By which names clients of each cluster may call it, as `cluster namespace/name`. */
function namesOf(
  { clusters, links }: MeshStatus,
  namespace: string,
  name: string,
): ReadonlySet<string> {
  const plain = clusters.flatMap(({ name: cluster }) =>
    [name, federatedName(name)].map((one) => `${cluster} ${namespace}/${one}`),
  );
  const mirrors = links.flatMap(({ source, mirrors: own }) =>
    own.flatMap((one) =>
      one.namespace === namespace && one.service === name && one.mirror !== undefined
        ? [`${source} ${namespace}/${one.mirror}`]
        : [],
    ),
  );
  return new Set([...plain, ...mirrors]);
}

function commandsOf(
  { clusters }: MeshStatus,
  namespace: string,
  name: string,
  mirrors: readonly MirrorView[],
): readonly CommandView[] {
  return clusters.flatMap((cluster): CommandView[] => {
    const exported = (cluster.services?.exported ?? []).some(
      (one) => one.namespace === namespace && one.service === name,
    );
    const federated = (cluster.services?.federated ?? []).some(
      (one) => one.namespace === namespace && one.name === federatedName(name),
    );
    const names = [
      ...(exported ? [name] : []),
      ...(federated ? [federatedName(name)] : []),
      ...mirrors.flatMap((one) =>
        one.cluster === cluster.name && one.name !== undefined ? [one.name] : [],
      ),
    ];
    if (names.length === 0) return [];
    const line = kubectl(
      cluster,
      `-n ${namespace} get services,endpoints ${names.join(" ")} -o wide`,
    );
    return [{ what: `In ${cluster.name}`, line }];
  });
}
