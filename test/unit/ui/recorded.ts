import { planOrThrow } from "../../../planning/plan.ts";
import { routeLine } from "../../../planning/links/pod-routes.ts";
import type { ClusterPlan, LinkPlan, MirrorPlan, Plan } from "../../../planning/plan-types.ts";
import type { Topology } from "../../../planning/topology.ts";
import { routeKinds, routeName } from "../../../linkerd/traffic-objects.ts";
import type { OutboundCounters } from "../../../linkerd/signals/outbound-traffic.ts";
import { runChecks } from "../../../verification/checks/run-checks.ts";
import type { ClusterFigures } from "../../../verification/figures.ts";
import { serviceMirrorOf } from "../../../verification/link-parts.ts";
import type { ClusterStatus, LinkStatus, MeshStatus } from "../../../verification/status.ts";
import type { Observation } from "../../../ui/page-model.ts";

/** Seven clusters on three networks, with 25 Links and exports of every kind. */
export const sevenClusters: Topology = {
  clusters: [
    { name: "cdn", network: "public" },
    ...["faces-a", "faces-b", "smiley", "color", "color-b"].map((name) => ({
      name,
      network: "apps",
    })),
    { name: "dr", network: "recovery" },
  ],
  links: [
    { from: "cdn", to: ["faces-a", "faces-b"] },
    { between: ["faces-a", "faces-b", "smiley", "color", "color-b"] },
    { from: "cdn", to: "dr" },
    { from: ["faces-a", "faces-b"], to: "dr", mode: "gateway" },
  ],
  exports: [
    { service: "face", namespace: "faces", from: ["faces-a", "faces-b"], as: "federated" },
    { service: "face", namespace: "faces", from: ["faces-a", "faces-b"], as: "gateway" },
    { service: "smiley", namespace: "faces", from: "smiley", as: "remote-discovery" },
    { service: "color", namespace: "faces", from: "color", as: "remote-discovery" },
    { service: "face", namespace: "faces", from: "dr", as: "gateway" },
  ],
};

export const sevenPlan = (): Plan => planOrThrow(sevenClusters, { name: "seven" });

export const release = "edge-26.6.3";

/** What the clusters of a plan answer while everything is healthy. */
export function statusOf(plan: Plan, observedAt: Date): MeshStatus {
  return {
    topology: plan.name,
    observedAt: observedAt.toISOString(),
    dataPlane: "real",
    clusters: plan.clusters.map((cluster) => clusterStatus(cluster, plan, observedAt)),
    links: plan.links.map((link) => linkStatus(link, plan)),
  };
}

/** What a look at a mesh comes to. @param figures what its proxies counted in ten seconds */
export async function observationOf(
  plan: Plan,
  status: MeshStatus,
  figures: readonly ClusterFigures[] = [],
): Promise<Observation> {
  const results = await runChecks(plan, status);
  return { plan, verification: { status, results, milliseconds: 640 }, figures };
}

function clusterStatus(cluster: ClusterPlan, plan: Plan, now: Date): ClusterStatus {
  const { name, podSubnet, serviceSubnet } = cluster;
  const nodes = nodesOf(cluster);
  const years = (count: number): string =>
    new Date(now.getTime() + count * 365 * 86_400_000).toISOString();
  const anchor = {
    subject: "CN=root.linkerd.cluster.local",
    fingerprint: Array.from({ length: 32 }, (_, index) =>
      ((index * 37) % 256).toString(16).padStart(2, "0"),
    )
      .join(":")
      .toUpperCase(),
    notBefore: years(-1),
    expires: years(9),
  };
  const mirrors = plan.mirrors.filter((mirror) => mirror.cluster === name);
  const extension = [
    ...(cluster.gateway === undefined ? [] : ["linkerd-gateway"]),
    ...plan.links.filter(({ source }) => source === name).map(serviceMirrorOf),
  ];
  const deployments = [
    ...["identity", "destination", "proxy-injector"].map((part) => ["linkerd", `linkerd-${part}`]),
    ...extension.map((deployment) => ["linkerd-multicluster", deployment]),
  ] as const;
  return {
    name,
    kubeconfigPath: `/home/me/.local/state/linkerd-topology/${plan.name}/${name}.kubeconfig`,
    problems: [],
    reachable: true,
    kubernetesVersion: "v1.34.2",
    nodes,
    podSubnet,
    serviceSubnet,
    workloads: deployments.map(([namespace = "", deployment = ""]) => ({
      namespace,
      name: deployment,
      ready: true,
      trouble: undefined,
    })),
    proxies: deployments.map(([namespace = "", deployment = ""]) => ({
      namespace,
      pod: `${deployment}-5d8f-abcde`,
      image: `cr.l5d.io/linkerd/proxy:${release}`,
    })),
    injection: { injects: true, seen: `cr.l5d.io/linkerd/proxy:${release}` },
    dataPlane: "real",
    services: {
      // A Service that is exported in two ways is one Service, with the labels of both.
      exported: plan.exports
        .filter((one) => one.cluster === name)
        .filter(
          (one, index, all) =>
            all.findIndex(
              ({ namespace, service }) => namespace === one.namespace && service === one.service,
            ) === index,
        )
        .map(({ namespace, service, labels }) => ({ namespace, service, labels, headless: false })),
      federated: mirrors
        .filter(({ kind }) => kind === "federated")
        .map(({ namespace, name: called, of }) => ({
          namespace,
          name: called,
          local: of.some((one) => one.cluster === name),
          remote: of.map((one) => one.cluster).filter((one) => one !== name),
        })),
      mirrors: mirrors.flatMap(({ namespace, name: called, kind, of: [of] }) =>
        kind === "federated" || of === undefined
          ? []
          : [{ namespace, name: called, target: of.cluster, kind }],
      ),
      links: plan.links.filter(({ source }) => source === name).map((link) => link.name),
    },
    routes: plan.traffic
      .filter((entry) => entry.cluster === name)
      .map((entry) => ({
        namespace: entry.namespace,
        service: entry.service,
        port: entry.port,
        kind: routeKinds[entry.protocol].kind,
        name: routeName(entry),
        state: "as planned",
        missingServices: [],
        unfitServices: [],
        serviceAsPlanned: true,
        conditions: [{ type: "Accepted", status: "True" }],
        serviceProfile: undefined,
        otherRoutes: [],
      })),
    podRoutes:
      cluster.type === "kind" && cluster.routePeers.length > 0
        ? {
            nodes: nodes.length,
            ready: nodes.length,
            destinations: routesOf(cluster.routePeers, plan),
          }
        : undefined,
    trustAnchors: [anchor],
    issuer: {
      subject: "CN=identity.linkerd.cluster.local",
      fingerprint: `${name.length}0:${anchor.fingerprint.slice(3)}`,
      notBefore: years(-0.1),
      expires: years(0.9),
      chained: true,
      anchorExpires: anchor.expires,
    },
  };
}

function nodesOf(cluster: ClusterPlan): ClusterStatus["nodes"] {
  if (cluster.type !== "kind") return [];
  return cluster.nodes.map(({ name, role }, index) => ({
    name,
    role,
    ready: true,
    address: `172.19.0.${index + 2}`,
    podCidrs: [cluster.podSubnet.replace(/\/\d+$/, "/24")],
  }));
}

function routesOf(peers: readonly string[], plan: Plan): readonly string[] {
  return peers.flatMap((peer) => {
    const cluster = plan.clusters.find(({ name }) => name === peer);
    if (cluster === undefined) return [];
    return nodesOf(cluster).flatMap(({ name, podCidrs }) =>
      podCidrs.map((share) => routeLine(cluster.podSubnet ?? "", name, share)),
    );
  });
}

function linkStatus(link: LinkPlan, plan: Plan): LinkStatus {
  const { source, target, mode, gateway } = link;
  const mirrors = plan.mirrors.filter(
    (mirror) => mirror.cluster === source && mirror.of.some((of) => of.cluster === target),
  );
  return {
    source,
    target,
    mode,
    access: { account: link.accessAccount, ...link.access },
    present: true,
    serviceMirror: {
      takenUp: true,
      pod: `${serviceMirrorOf(link)}-5d8f-abcde`,
      trouble: undefined,
      stuck: false,
    },
    discovery: { trouble: undefined },
    gateway:
      gateway === undefined
        ? { state: "not applicable", address: undefined, latencyMilliseconds: undefined }
        : {
            state: "alive",
            address: `${gateway.addresses.join(",")}:${gateway.port}`,
            latencyMilliseconds: 2 + ((source.length + target.length) % 4),
          },
    mirrors: mirrors.map((mirror) => mirrorStatus(mirror, target)),
  };
}

function mirrorStatus({ kind, namespace, name, of }: MirrorPlan, target: string) {
  const service = of.find(({ cluster }) => cluster === target)?.service ?? name;
  return {
    kind:
      kind === "remote-discovery"
        ? ("flat" as const)
        : kind === "federated"
          ? kind
          : ("gateway" as const),
    namespace,
    service,
    mirror: name,
    endpoints: kind === "gateway" ? ["172.19.0.9:30143"] : [],
    mirrored: true,
    reason: undefined,
  };
}

/** Time limits of the buckets that proxies count latencies in, in milliseconds. */
const limits = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 500, 1000, Infinity];

/** Answers of which all but some came between two limits. */
export function counted(
  to: Pick<OutboundCounters, "authority" | "link" | "address">,
  { success, failure = 0, around = 8 }: { success: number; failure?: number; around?: number },
): OutboundCounters {
  const total = success + failure;
  const share = (upTo: number): number => Math.min(1, Math.max(0, 1 - Math.exp(-upTo / around)));
  const latency = limits.map((upTo) => ({
    upTo,
    count: upTo === Infinity ? total : Math.round(total * share(upTo)),
  }));
  return { ...to, success, failure, latency };
}

/**
 * What the proxies of seven clusters count in ten seconds: cdn calls the three faces by their mirrors, color-b the
 * federated one, faces-a and faces-b call smiley and color. @param busy how much of it, from 0 to 1
 */
export function sevenFigures(plan: Plan, busy: number): readonly ClusterFigures[] {
  const podOf = (cluster: string): string =>
    plan.clusters.find(({ name }) => name === cluster)?.podSubnet?.replace(/\.\d+\/\d+$/, ".7") ??
    "";
  const flat = (service: string, target: string, amounts: Parameters<typeof counted>[1]) =>
    counted(
      {
        authority: `${service}.faces.svc.cluster.local:80`,
        link: undefined,
        address: podOf(target),
      },
      amounts,
    );
  const gateway = (service: string, target: string, amounts: Parameters<typeof counted>[1]) =>
    counted(
      { authority: `${service}.faces.svc.cluster.local:80`, link: target, address: "172.19.0.9" },
      amounts,
    );
  const some = (amount: number): number => Math.round(amount * busy);
  const sent: Record<string, OutboundCounters[]> = {
    cdn: [
      gateway("face-faces-a", "faces-a", { success: some(820), around: 14 }),
      gateway("face-faces-b", "faces-b", { success: some(640), failure: some(21), around: 22 }),
      gateway("face-dr", "dr", { success: some(30), around: 31 }),
    ],
    "color-b": [
      flat("face-federated", "faces-a", { success: some(50) }),
      flat("face-federated", "faces-b", { success: some(50) }),
    ],
    "faces-a": [
      flat("smiley-smiley", "smiley", { success: some(810), around: 3 }),
      flat("color-color", "color", { success: some(790), around: 5 }),
    ],
    "faces-b": [
      flat("smiley-smiley", "smiley", { success: some(655), around: 4 }),
      flat("color-color", "color", { success: some(648), failure: some(2), around: 6 }),
    ],
  };
  return plan.clusters.map(({ name: cluster }) => ({
    cluster,
    source: { from: "proxies" },
    releases: {
      controlPlane: [release],
      proxies: [release],
      extension: [release],
      gateways: [release],
      workloads:
        cluster === "color-b"
          ? [{ namespace: "faces", workload: "Deployment/color", release: "edge-26.1.1" }]
          : [],
    },
    seconds: 10,
    clients: { proxies: 4, read: 4, traffic: sent[cluster] ?? [] },
    gateway: { proxies: 1, read: 1, traffic: [] },
  }));
}
