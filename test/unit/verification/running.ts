import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { issuerCertificate, rootCertificate } from "./certificates.ts";

export interface RunningCluster {
  readonly name: string;
  /** Target of its Link. */
  readonly target: string;
  /** Second octet of its pods' addresses. */
  readonly octet: number;
  /** @default the stand-in that carries no traffic */
  readonly proxyImage?: string;
}

export const core = "/api/v1/namespaces";
export const deployments = (namespace: string) =>
  `/apis/apps/v1/namespaces/${namespace}/deployments`;
const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";

/** The answers of a healthy cluster of `twoClusters`. */
export async function runningCluster(cluster: RunningCluster): Promise<FakeKubernetes> {
  const { name, target, octet } = cluster;
  const fake = await FakeKubernetes.start();
  const sidecar = proxy(cluster.proxyImage);
  fake.put("/api/v1/nodes", {
    metadata: {
      name: `two-${name}-control-plane`,
      labels: { "node-role.kubernetes.io/control-plane": "" },
    },
    spec: { podCIDRs: [`10.${octet}.0.0/24`] },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      addresses: [{ type: "InternalIP", address: `172.19.0.${octet}` }],
    },
  });
  const deploy = (namespace: string, deployment: string) => {
    fake.put(deployments(namespace), {
      metadata: { name: deployment, generation: 1 },
      spec: { replicas: 1 },
      status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 },
    });
    fake.put(`${core}/${namespace}/pods`, {
      metadata: { name: `${deployment}-5d8f-abcde` },
      spec: {
        containers: [{ name: "main", image: "cr.example/linkerd/controller:edge-26.1.1" }, sidecar],
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  };
  for (const part of ["identity", "destination", "proxy-injector"])
    deploy("linkerd", `linkerd-${part}`);
  deploy("linkerd-multicluster", "linkerd-gateway");
  deploy("linkerd-multicluster", `controller-${target}`);
  fake.put(`${core}/linkerd/configmaps`, {
    metadata: { name: "linkerd-identity-trust-roots" },
    data: { "ca-bundle.crt": rootCertificate },
  });
  fake.put(`${core}/linkerd/secrets`, {
    metadata: { name: "linkerd-identity-issuer" },
    data: {
      "crt.pem": Buffer.from(issuerCertificate).toString("base64"),
      "key.pem": Buffer.from("hunter2").toString("base64"),
    },
  });
  fake.answers.set(
    `${core}/default/pods`,
    ok({ metadata: {}, spec: { containers: [{ name: "test" }, sidecar] } }),
  );
  linkTo(fake, target);
  return fake;
}

function linkTo(fake: FakeKubernetes, target: string): void {
  const pod = `controller-${target}-5d8f-abcde`;
  fake.put(links, {
    metadata: { name: target, uid: "uid-1", generation: 1 },
    spec: {
      targetClusterName: target,
      gatewayAddress: `two-${target}-control-plane`,
      gatewayIdentity: "gateway.identity",
      probeSpec: { path: "/ready", port: "30191" },
    },
  });
  fake.put("/apis/coordination.k8s.io/v1/namespaces/linkerd-multicluster/leases", {
    metadata: { name: `service-mirror-write-${target}` },
    spec: { holderIdentity: pod },
  });
  fake.put(`${core}/linkerd-multicluster/endpoints`, {
    metadata: {
      name: `probe-${target}`,
      annotations: { "mirror.linkerd.io/remote-gateway-identity": "gateway.identity" },
    },
    subsets: [{ addresses: [{ ip: "172.19.0.9" }], ports: [{ port: 30191 }] }],
  });
  fake.answers.set(metricsPath(target), ok(metrics(target, 1)));
  fake.answers.set(`${core}/linkerd-multicluster/pods/${pod}/log`, ok(""));
}

export function metricsPath(target: string): string {
  return `${core}/linkerd-multicluster/pods/controller-${target}-5d8f-abcde:9999/proxy/metrics`;
}

export function metrics(target: string, alive: 0 | 1): string {
  const link = `target_cluster_name="${target}"`;
  return [
    `gateway_enabled{${link}} 1`,
    `gateway_alive{${link}} ${alive}`,
    `gateway_latency{${link}} 3`,
    `gateway_probes{probe_successful="${alive === 1 ? "true" : "false"}",${link}} 5`,
    `service_cache_size{cluster="${target}"} 4`,
    `endpoints_cache_size{cluster="${target}"} 4`,
  ].join("\n");
}
