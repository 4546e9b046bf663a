import { isDeepStrictEqual } from "node:util";
import { mirrorKinds } from "../../diagram/mirror-table.ts";
import { countResources } from "../../planning/count-resources.ts";
import { describeChoice } from "../../planning/linkerd/choose-version.ts";
import { linkerdNotices } from "../../planning/linkerd/notices.ts";
import { builtVersion } from "../../planning/linkerd/versions.ts";
import { fixedAddresses } from "../../planning/docker/fixed-addresses.ts";
import { apiServerAt } from "../../planning/names.ts";
import { planSelectors } from "../../planning/links/selectors.ts";
import type { ClusterPlan, LinkPlan, Plan, TrafficBackendPlan } from "../../planning/plan-types.ts";
import type { LabelSelector, MatchSpec } from "../../planning/topology.ts";
import { printableIn } from "../../system/printable.ts";
import { type Screen, type Style, styleOf } from "../../verification/render/style.ts";
import { table } from "../../verification/render/table.ts";

/** The plan for a person: tables of clusters, Links, exports and mirrors. */
export function renderPlan(planned: Plan, options: Screen = {}): string {
  const style = styleOf(options);
  const plan = printableIn(planned);
  const kind = plan.clusters.some((cluster) => cluster.type === "kind");
  const resources = countResources(plan);
  return [
    style.bold(`Topology ${plan.name}`),
    `${linkerd(plan)}${plan.linkerd.highAvailability ? ", high availability" : ""}`,
    ...linkerdNotices(plan),
    ...(plan.adopted === true
      ? ["The mesh of others is taken over as it is; nothing is installed."]
      : []),
    ...(plan.protect === true
      ? ["Protected: no update may delete or replace a cluster or a trust anchor."]
      : []),
    ...(kind
      ? [`Docker network ${plan.network.name}, ${plan.network.subnet ?? "subnet by Docker"}`]
      : []),
    "",
    clusters(plan, style),
    "",
    plan.links.length === 0 ? "No Links." : links(plan, style),
    "",
    ...(plan.exports.length === 0 ? [] : [exportsOf(plan, style), ""]),
    ...(plan.mirrors.length === 0 ? [] : [mirrors(plan, style), ""]),
    ...(plan.traffic.length === 0 ? [] : [traffic(plan, style), ""]),
    ...(resources === undefined ? [] : [`${resources} resources.`]),
  ]
    .join("\n")
    .trimEnd();
}

function linkerd({ linkerd: planned }: Plan): string {
  const built = `; where no registry can be reached, ${builtVersion} is built`;
  return `${describeChoice(planned)}${planned.chosenBy === "default" ? built : ""}`;
}

function clusters(plan: Plan, style: Style): string {
  const head = ["Cluster", "Network", "Nodes", "Pods", "Services", "API server", "Gateway"];
  return table(
    head,
    plan.clusters.map((cluster) => [
      cluster.name,
      cluster.network,
      nodes(cluster),
      cluster.podSubnet ?? "as it has",
      cluster.serviceSubnet ?? "as it has",
      apiServer(cluster, plan),
      gateway(cluster),
    ]),
    style,
  );
}

/** The address for sources, and the name in its certificate. */
function apiServer(cluster: ClusterPlan, { clusters: all, network }: Plan): string {
  const { apiServer: url } = cluster;
  if (url === undefined) return "not reached by others";
  if (cluster.type === "existing") return url;
  if (network.nodeRange === undefined) return `${url}\nfixed address to come`;
  const { server, tlsServerName } = apiServerAt(
    url,
    fixedAddresses(all, network.nodeRange).get(cluster.name),
  );
  return tlsServerName === undefined ? server : `${server}\n${tlsServerName}`;
}

function nodes(cluster: ClusterPlan): string {
  if (cluster.type === "existing") return "exists already";
  const names = cluster.nodes.map(({ name, role }) =>
    role === "worker" ? `${name} (worker)` : name,
  );
  return [
    ...names,
    ...(cluster.kubernetesVersion ? [`Kubernetes ${cluster.kubernetesVersion}`] : []),
  ].join("\n");
}

function gateway({ gateway: planned }: ClusterPlan): string {
  if (planned === undefined) return "none";
  const addresses = planned.addresses.length > 0 ? planned.addresses : ["address to come"];
  return [
    planned.serviceType,
    ...addresses.map((address) => `${address}:${planned.port}`),
    `probe port ${planned.probePort}`,
  ].join("\n");
}

function links(plan: Plan, style: Style): string {
  return table(
    ["Link", "Mode", "Through", "Selects"],
    plan.links.map((link) => [
      `${link.source} → ${link.target}`,
      link.mode,
      link.gateway === undefined ? "pod routes" : through(link),
      selects(link),
    ]),
    style,
  );
}

function through({ mode, gateway: used }: LinkPlan): string {
  const way = `${used?.addresses[0] ?? "the gateway"}:${used?.port ?? ""}`;
  return mode === "mixed" ? `pod routes, or ${way}` : way;
}

/** Linkerd's own labels need no mention. */
function selects(link: LinkPlan): string {
  const usual = planSelectors(link.mode);
  const own = (["gateway", "remoteDiscovery", "federated"] as const).flatMap((key) => {
    const selector = link.selectors[key];
    return selector === undefined || isDeepStrictEqual(selector, usual[key])
      ? []
      : [`${key}: ${describeSelector(selector)}`];
  });
  return own.length === 0 ? "Linkerd's labels" : own.join("\n");
}

function describeSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) =>
      [key, operator, ...(values === undefined ? [] : [`(${values.join(", ")})`])].join(" "),
    ),
  ].join(", ");
}

function exportsOf(plan: Plan, style: Style): string {
  return table(
    ["Export", "Of cluster", "As", "Labels"],
    plan.exports.map((one) => [
      `${one.namespace}/${one.service}`,
      one.cluster,
      one.as,
      Object.entries(one.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join("\n"),
    ]),
    style,
  );
}

function traffic(plan: Plan, style: Style): string {
  return table(
    ["Traffic for", "Of clients in", "Requests", "Go to"],
    plan.traffic.flatMap(({ namespace, service, port, cluster, alias, rules }) =>
      rules.map(({ match, backends }, index) => [
        index > 0 ? "" : `${namespace}/${service}:${port}${alias ? " (alias)" : ""}`,
        index > 0 ? "" : cluster,
        match === undefined ? (rules.length > 1 ? "all others" : "all") : conditions(match),
        backends
          .map((backend) =>
            backends.length === 1 ? placeOf(backend) : `${placeOf(backend)} ${backend.weight}`,
          )
          .join("\n"),
      ]),
    ),
    style,
  );
}

function placeOf({ kind, service, clusters: of }: TrafficBackendPlan): string {
  return kind === "local" ? `${service} (local)` : `${service} (${kind}, ${of.join(", ")})`;
}

function conditions({ headers = {}, query = {}, ...others }: MatchSpec): string {
  return Object.entries({ ...headers, ...query, ...others })
    .map(([key, value]) => `${key}: ${value}`)
    .join("\n");
}

function mirrors(plan: Plan, style: Style): string {
  return table(
    ["Mirror", "In cluster", "Kind", "Stands for"],
    plan.mirrors.map((mirror) => [
      `${mirror.namespace}/${mirror.name}`,
      mirror.cluster,
      mirrorKinds[mirror.kind],
      mirror.of.map(({ cluster, service }) => `${service} of ${cluster}`).join("\n"),
    ]),
    style,
  );
}
