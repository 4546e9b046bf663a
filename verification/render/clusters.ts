import { linkerdNamespace } from "../../planning/names.ts";
import type { ClusterStatus } from "../status.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

export function renderClusters(clusters: readonly ClusterStatus[], style: Style): string {
  const head = ["Cluster", "Kubernetes", "Nodes", "Pods", "Services", "Linkerd", "Issuer until"];
  return table(
    head,
    clusters.map((cluster) => [
      cluster.name,
      cluster.reachable ? (cluster.kubernetesVersion ?? "?") : style.bad("no answer"),
      nodes(cluster, style),
      cluster.podSubnet ?? "?",
      cluster.serviceSubnet ?? "?",
      linkerd(cluster, style),
      issuer(cluster, style),
    ]),
    style,
  );
}

function issuer({ issuer: found }: ClusterStatus, style: Style): string {
  if (found === undefined) return "?";
  const { expires, anchorExpires = expires } = found;
  return anchorExpires < expires
    ? style.warn(`${anchorExpires.slice(0, 10)} (its trust anchor's end)`)
    : expires.slice(0, 10);
}

function nodes({ nodes: list }: ClusterStatus, style: Style): string {
  if (list.length === 0) return "?";
  return list
    .map(
      ({ name, address, ready }) =>
        `${name} ${address ?? "?"} ${ready ? style.good("Ready") : style.bad("not Ready")}`,
    )
    .join("\n");
}

function linkerd(cluster: ClusterStatus, style: Style): string {
  if (!cluster.reachable) return "?";
  const own = cluster.workloads.filter(({ namespace }) => namespace === linkerdNamespace);
  if (own.length === 0) return style.bad("not installed");
  const unready = cluster.workloads.filter(({ ready }) => !ready);
  if (unready.length > 0) {
    return unready.map(({ name }) => style.bad(`${name} not ready`)).join("\n");
  }
  if (!cluster.injection.injects) return style.bad("pods get no proxy");
  return cluster.dataPlane === "none"
    ? `${style.good("ready")}, ${style.warn("no data plane")}`
    : style.good("ready");
}
