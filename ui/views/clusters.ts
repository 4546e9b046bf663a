import { behindIn } from "../../linkerd/releases.ts";
import type { ClusterPlan } from "../../planning/plan-types.ts";
import { type CheckResult, kubectl } from "../../verification/checks/check.ts";
import type { ClusterFigures } from "../../verification/figures.ts";
import type { ClusterStatus } from "../../verification/status.ts";
import { trafficOf } from "../flows.ts";
import type { ClusterView, CommandView, Health } from "../model.ts";

/** A cluster, as the page shows it. */
export function clusterView(
  { network }: Pick<ClusterPlan, "network">,
  status: ClusterStatus,
  results: readonly CheckResult[],
  figures: ClusterFigures | undefined,
): ClusterView {
  const { name, reachable, kubernetesVersion, podSubnet, serviceSubnet, issuer } = status;
  const releases = figures?.releases;
  const gateway = figures?.gateway;
  return {
    name,
    network,
    health: reachable ? healthOf(name, results) : "failing",
    reachable,
    ...(kubernetesVersion !== undefined && { kubernetes: kubernetesVersion }),
    nodes: status.nodes.map(({ name: node, role, ready, address }) => ({
      name: node,
      role,
      ready,
      ...(address !== undefined && { address }),
    })),
    ...(podSubnet !== undefined && { podSubnet }),
    ...(serviceSubnet !== undefined && { serviceSubnet }),
    workloads: status.workloads.map(({ namespace, name: workload, ready, trouble }) => ({
      namespace,
      name: workload,
      ready,
      ...(trouble !== undefined && { trouble }),
    })),
    ...(releases && {
      releases: {
        controlPlane: releases.controlPlane,
        proxies: releases.proxies,
        extension: releases.extension,
        gateways: releases.gateways,
        behind: behindIn(releases).map(
          ({ namespace, workload, release }) => `${namespace}/${workload}: ${release}`,
        ),
      },
    }),
    ...(issuer && {
      issuer: {
        subject: issuer.subject,
        fingerprint: issuer.fingerprint,
        ends: [issuer.expires, issuer.anchorExpires ?? issuer.expires].sort()[0] ?? issuer.expires,
        chained: issuer.chained,
      },
    }),
    ...(gateway !== undefined &&
      figures?.seconds !== undefined &&
      gateway.read > 0 && { gateway: trafficOf(gateway.traffic, figures.seconds) }),
    proxies: {
      all: figures?.clients.proxies ?? 0,
      read: figures?.clients.read ?? 0,
      ...(figures?.clients.unread !== undefined && { unread: figures.clients.unread }),
    },
    ...(figures && {
      figures: {
        ...figures.source,
        ...(figures.seconds !== undefined && { seconds: figures.seconds }),
      },
    }),
    problems: status.problems,
    commands: commandsOf(status),
  };
}

export function healthOf(subject: string, results: readonly CheckResult[]): Health {
  const own = results.filter((result) => result.subject === subject);
  if (own.some(({ state }) => state === "failed")) return "failing";
  return own.some(({ state }) => state === "passed") ? "well" : "unknown";
}

function commandsOf(status: ClusterStatus): readonly CommandView[] {
  const command = (what: string, rest: string): CommandView => ({
    what,
    line: kubectl(status, rest),
  });
  return [
    command("Nodes", "get nodes -o wide"),
    command("Linkerd's pods", "-n linkerd get pods"),
    command("Gateway and service mirrors", "-n linkerd-multicluster get pods,services"),
    command("Trust anchors", "-n linkerd get configmap linkerd-identity-trust-roots -o yaml"),
    command(
      "Issuer",
      "-n linkerd get secret linkerd-identity-issuer -o jsonpath='{.data.tls\\.crt}{.data.crt\\.pem}' | base64 -d | openssl x509 -noout -subject -dates",
    ),
  ];
}
