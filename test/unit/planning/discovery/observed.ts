import { createHash } from "node:crypto";
import type {
  ClusterObservation,
  LinkObservation,
} from "../../../../planning/discovery/observation.ts";
import { controllerOf, probeOf } from "../../../../linkerd/names.ts";
import { multiclusterNamespace } from "../../../../planning/names.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../../../../planning/plan-types.ts";

const uidOf = (...parts: readonly string[]): string =>
  createHash("sha1").update(parts.join(" ")).digest("hex");

/** What the clusters of a plan say once it was brought up. */
export function observationsOf(plan: Plan): readonly ClusterObservation[] {
  return plan.clusters.map((cluster) => observationOf(cluster, plan));
}

function observationOf(cluster: ClusterPlan, plan: Plan): ClusterObservation {
  const { name, gateway } = cluster;
  const incoming = plan.links.filter(({ target }) => target === name);
  const services = new Map(
    plan.exports
      .filter((one) => one.cluster === name)
      .map((one) => [`${one.namespace}/${one.service}`, one]),
  );
  return {
    kubeconfig: "/home/me/.kube/config",
    // What Links lead to is known by their credentials, whatever its context is called.
    context: incoming.length === 0 ? name : `ctx-${uidOf(name).slice(0, 6)}`,
    server: `https://127.0.0.1:${6000 + plan.clusters.indexOf(cluster)}`,
    uid: uidOf("cluster", name),
    authority: uidOf("authority", name),
    kubernetesVersion: "v1.34.2",
    nodes: [{ name: `node-of-${name}`, addresses: [], podCidrs: [] }],
    podSubnet: cluster.podSubnet,
    serviceSubnet: cluster.serviceSubnet,
    linkerd: {
      namespace: "linkerd",
      extensionNamespace: multiclusterNamespace,
      version: cluster.linkerd.version,
      trustDomain: cluster.trustDomain,
      clusterDomain: cluster.clusterDomain,
      highAvailability: plan.linkerd.highAvailability,
      anchors: [{ subject: "CN=root", fingerprint: "AB:CD", expires: "2035-01-01T00:00:00.000Z" }],
      issuer: { subject: "CN=issuer", fingerprint: name, expires: "2027-01-01T00:00:00.000Z" },
    },
    gateways:
      gateway === undefined
        ? []
        : [
            {
              namespace: multiclusterNamespace,
              name: "linkerd-gateway",
              type: gateway.serviceType,
              identity: gateway.identity,
              port: 4143,
              probePort: 4191,
              nodePort: gateway.serviceType === "NodePort" ? gateway.port : undefined,
              probeNodePort: gateway.serviceType === "NodePort" ? gateway.probePort : undefined,
              addresses: gateway.serviceType === "NodePort" ? [] : gateway.addresses,
              policy: { identities: ["*"], networks: ["0.0.0.0/0", "::/0"] },
            },
          ],
    links: plan.links.filter(({ source }) => source === name).map((link) => linkOf(link, plan)),
    accounts: incoming.map(({ accessAccount }) => ({
      name: accessAccount,
      uid: uidOf("account", name, accessAccount),
    })),
    services: [...services.values()].map(({ namespace, service, labels, pods }) => ({
      namespace,
      name: service,
      labels,
      headless: pods.length > 0,
      ...(pods.length > 0 && { hostnames: pods }),
    })),
    mirrors: [],
    unread: [],
  };
}

function linkOf(link: LinkPlan, plan: Plan): LinkObservation {
  const { target, name, gateway, selectors, headless } = link;
  const cluster = plan.clusters.find((one) => one.name === target);
  return {
    namespace: multiclusterNamespace,
    name,
    apiVersion: "v1alpha3",
    targetName: name,
    gateway: gateway && {
      addresses: gateway.addresses,
      port: gateway.port,
      probePort: gateway.probePort,
      identity: gateway.identity,
    },
    selectors,
    excludedLabels: link.excludedLabels,
    excludedAnnotations: [
      ...link.excludedAnnotations,
      "linkerd-topology.dev/nudged",
      "kubectl.kubernetes.io/last-applied-configuration",
    ],
    byCli: false,
    credentials: {
      server: cluster?.apiServer ?? "",
      authority: uidOf("authority", target),
      account: link.accessAccount,
      accountUid: uidOf("account", target, link.accessAccount),
    },
    controller: {
      deployment: controllerOf(name),
      container: "controller",
      probe: probeOf(name),
      headless,
      unmanaged: false,
    },
  };
}
