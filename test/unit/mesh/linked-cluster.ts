import { FakeKubernetes } from "./fake-kubernetes.ts";

export const mirrors = "/api/v1/namespaces/demo/services";
export const endpoints = "/api/v1/namespaces/demo/endpoints";
const multicluster = "/api/v1/namespaces/linkerd-multicluster";
export const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";
export const leases = "/apis/coordination.k8s.io/v1/namespaces/linkerd-multicluster/leases";
export const metricsPath = `${multicluster}/pods/controller-east-1:9999/proxy/metrics`;
export const logPath = `${multicluster}/pods/controller-east-1/log`;

/** Metrics of a service mirror that works on a Link to east. */
export function metrics(values: {
  readonly services?: number;
  readonly enabled?: number;
  readonly alive?: number;
  readonly probes?: number;
}): string {
  const line = (name: string, label: string, value: number | undefined): string =>
    value === undefined ? "" : `${name}{${label}="east"} ${value}\n`;
  return [
    "# HELP gateway_alive A gauge which is 1 if the gateway is alive and 0 if it is not.\n",
    line("gateway_enabled", "target_cluster_name", values.enabled),
    line("gateway_alive", "target_cluster_name", values.alive),
    line("gateway_latency", "target_cluster_name", values.probes === undefined ? undefined : 3),
    values.probes === undefined
      ? ""
      : `gateway_probes{probe_successful="true",target_cluster_name="east"} ${values.probes}\n`,
    line("service_cache_size", "cluster", values.services),
    line("endpoints_cache_size", "cluster", values.services),
    'service_cache_size{cluster="local"} 7\n',
  ].join("");
}

/** The line that the service mirror logs when it takes a Link up. */
export function takenUp(uid: string, generation: number): string {
  return (
    `time="2026-01-06T10:00:00Z" level=info msg="Got updated link east: &{TypeMeta:{Kind: APIVersion:} ` +
    `ObjectMeta:{Name:east GenerateName: Namespace:linkerd-multicluster UID:${uid} ResourceVersion:812 ` +
    `Generation:${generation} CreationTimestamp:2026-01-06}}"\n`
  );
}

/** A source with a Link to east that its service mirror has taken up. */
export async function linkedCluster(): Promise<FakeKubernetes> {
  const fake = await FakeKubernetes.start();
  fake.put(links, {
    metadata: { name: "east", uid: "uid-1", generation: 2 },
    spec: {
      targetClusterName: "east",
      gatewayAddress: "east-control-plane",
      gatewayPort: "30143",
      gatewayIdentity: "gateway.identity",
      probeSpec: { path: "/ready", port: "30191" },
    },
  });
  fake.put(leases, {
    metadata: { name: "service-mirror-write-east" },
    spec: { holderIdentity: "controller-east-1" },
  });
  fake.put(`${multicluster}/pods`, controllerPod("controller-east-1"));
  fake.put(`${multicluster}/endpoints`, {
    metadata: {
      name: "probe-east",
      labels: { "mirror.linkerd.io/cluster-name": "east" },
      annotations: { "mirror.linkerd.io/remote-gateway-identity": "gateway.identity" },
    },
    subsets: [{ addresses: [{ ip: "172.19.0.3" }], ports: [{ name: "mc-probe", port: 30191 }] }],
  });
  fake.answers.set(metricsPath, ok(metrics({ services: 3, enabled: 1, alive: 1, probes: 2 })));
  fake.answers.set(logPath, ok(takenUp("uid-1", 2)));
  return fake;
}

/** What a gate is given to wait for that cluster's Link. */
export function linkInputs({ kubeconfig }: FakeKubernetes) {
  return {
    kubeconfig,
    namespace: "linkerd-multicluster",
    link: "east",
    gateway: true,
    discovery: false,
    revoked: false,
    triggers: [],
  };
}

/** A service mirror's pod, Ready. */
export function controllerPod(name: string) {
  return {
    metadata: { name },
    spec: { containers: [{ name: "controller", image: "controller" }, proxy()] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

export function proxy(image = "localhost/no-data-plane/proxy:edge-26.1.1"): {
  readonly name: string;
  readonly image: string;
} {
  return { name: "linkerd-proxy", image };
}

export function ok(body: unknown): { readonly status: number; readonly body: unknown } {
  return { status: 200, body };
}
