import { accessRights } from "../../../planning/access/rights.ts";
import { everybodysRights } from "../../../verification/access/permissions.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { issuerCertificate } from "./certificates.ts";
import { rbac, rulesOf, served } from "./rbac.ts";
import type { Rule } from "./rbac.ts";
import { core, deployments, runningCluster } from "./running.ts";
import type { RunningCluster } from "./running.ts";
import { webhookCertificates } from "./webhook-certificates.ts";

const admission = "/apis/admissionregistration.k8s.io/v1";

export const configurations = {
  "linkerd-proxy-injector": `${admission}/mutatingwebhookconfigurations`,
  "linkerd-sp-validator": `${admission}/validatingwebhookconfigurations`,
  "linkerd-policy-validator": `${admission}/validatingwebhookconfigurations`,
} as const;

export type Webhook = keyof typeof configurations;

export const validated = {
  "linkerd-sp-validator": "/apis/linkerd.io/v1alpha2/namespaces/default/serviceprofiles",
  "linkerd-policy-validator":
    "/apis/policy.linkerd.io/v1alpha1/namespaces/default/networkauthentications",
} as const;

/** Seconds since 1970 at which the proxies' certificates expire. */
export const expires = Math.round(Date.now() / 1000) + 86_400;

/** A healthy cluster that answers everything that a verification asks. */
export async function thoroughCluster(cluster: RunningCluster): Promise<FakeKubernetes> {
  const fake = await runningCluster(cluster);
  const { target, octet } = cluster;
  for (const webhook of Object.keys(configurations) as Webhook[]) {
    putWebhook(fake, webhook, webhookCertificates[webhook], webhookCertificates[webhook]);
  }
  for (const [webhook, path] of Object.entries(validated)) fake.answers.set(path, denied(webhook));
  for (const name of ["default", "kube-system", "linkerd", "linkerd-multicluster"]) {
    fake.put("/api/v1/namespaces", {
      metadata: {
        name,
        labels: name === "linkerd" ? { "config.linkerd.io/admission-webhooks": "disabled" } : {},
      },
    });
  }
  fake.put(`${core}/linkerd/configmaps`, {
    metadata: { name: "linkerd-config" },
    data: { values: "clusterNetworks: 10.0.0.0/8,172.16.0.0/12\nclusterDomain: cluster.local\n" },
  });
  fake.put(`${core}/default/services`, {
    metadata: { name: "kubernetes" },
    spec: { clusterIP: `10.${octet}.8.1`, clusterIPs: [`10.${octet}.8.1`] },
  });
  putPod(fake, "web-0", {});
  const labels = { "mirror.linkerd.io/cluster-name": target };
  label(fake, `${deployments("linkerd-multicluster")}/controller-${target}`, labels);
  const pods = `${core}/linkerd-multicluster/pods`;
  label(fake, `${pods}/controller-${target}-5d8f-abcde`, labels);
  setLease(fake, target, {});
  for (const [namespace, pod] of [
    ["linkerd", "linkerd-identity"],
    ["linkerd", "linkerd-destination"],
    ["linkerd", "linkerd-proxy-injector"],
    ["linkerd-multicluster", "linkerd-gateway"],
    ["linkerd-multicluster", `controller-${target}`],
  ] as const) {
    setProxyExpiry(fake, namespace, `${pod}-5d8f-abcde`, expires);
  }
  putToken(fake, `remote-access-${target}`, `remote-access-${target}.token-1`);
  setRights(fake, `remote-access-${target}`, rulesOf(accessRights("gateway")));
  return fake;
}

/** A token Secret of an account. */
export function putToken(fake: FakeKubernetes, account: string, name: string): void {
  fake.put(`${core}/linkerd-multicluster/secrets`, {
    metadata: { name, annotations: { "kubernetes.io/service-account.name": account } },
    type: "kubernetes.io/service-account-token",
  });
}

/** Lets everybody who asks have these rights, besides everybody's; there is a token for the account alone. */
export function setRights(fake: FakeKubernetes, account: string, rules: readonly Rule[]): void {
  const { get, decide } = rbac([...rules, ...rulesOf(everybodysRights)]);
  for (const path of ["/api", "/apis", ...Object.keys(served)]) {
    fake.answers.set(path, () => ok(get(path)));
  }
  fake.answers.set(
    `${core}/linkerd-multicluster/serviceaccounts/${account}/token`,
    ok({ status: { token: "hunter3" } }),
  );
  for (const review of ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]) {
    fake.answers.set(`/apis/authorization.k8s.io/v1/${review}`, (body) =>
      ok(decide(JSON.parse(body))),
    );
  }
}

/** A pod of the namespace `default`, meshed unless something else is said. */
export function putPod(
  fake: FakeKubernetes,
  name: string,
  given: { readonly annotations?: Record<string, string>; readonly spec?: object; ip?: string },
): void {
  fake.put(`${core}/default/pods`, {
    metadata: { name, annotations: { "linkerd.io/inject": "enabled", ...given.annotations } },
    spec: { containers: [{ name: "main" }, proxy()], ...given.spec },
    status: { phase: "Running", podIPs: [{ ip: given.ip ?? "10.10.0.7" }] },
  });
}

export function putWebhook(
  fake: FakeKubernetes,
  webhook: Webhook,
  trusted: string,
  serving: string,
): void {
  fake.put(configurations[webhook], {
    metadata: { name: `${webhook}-webhook-config` },
    webhooks: [
      {
        clientConfig: {
          caBundle: Buffer.from(trusted).toString("base64"),
          service: { name: webhook, namespace: "linkerd" },
        },
      },
    ],
  });
  fake.put(`${core}/linkerd/secrets`, {
    metadata: { name: `${webhook}-k8s-tls` },
    data: { "tls.crt": Buffer.from(serving).toString("base64") },
  });
}

/** The answer of an API server that asked the webhook. */
export function denied(webhook: string): { readonly status: number; readonly body: unknown } {
  const message = `admission webhook "${webhook}.linkerd.io" denied the request: no`;
  return { status: 400, body: { kind: "Status", reason: "", message } };
}

export function setLease(fake: FakeKubernetes, target: string, spec: object): void {
  fake.put("/apis/coordination.k8s.io/v1/namespaces/linkerd-multicluster/leases", {
    metadata: { name: `service-mirror-write-${target}` },
    spec: {
      holderIdentity: `controller-${target}-5d8f-abcde`,
      // Longer than any test takes.
      leaseDurationSeconds: 3_600,
      renewTime: new Date().toISOString(),
      ...spec,
    },
  });
}

export function setProxyExpiry(
  fake: FakeKubernetes,
  namespace: string,
  pod: string,
  seconds: number,
): void {
  fake.answers.set(
    `${core}/${namespace}/pods/${pod}:4191/proxy/metrics`,
    ok(`control_identity_cert_expiration_timestamp_seconds ${seconds}\n`),
  );
}

function label(fake: FakeKubernetes, path: string, labels: Record<string, string>): void {
  const found = fake.get(path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  fake.put(path.slice(0, path.lastIndexOf("/")), {
    ...found,
    metadata: { ...found.metadata, labels },
  });
}

/** Somebody else's certificate. */
export const foreignCertificate = issuerCertificate;
