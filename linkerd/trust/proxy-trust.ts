import { createHash } from "node:crypto";
import { anchorOf } from "../../planning/trust/certificates/anchor.ts";
import type { ProxyTrust } from "../../planning/trust/rotation/facts.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isLive, proxyContainer, proxyOf, statusesOf } from "../../kubernetes/pods.ts";
import { proxyAdminPort, trustAnchorsVariable, trustRootsHash } from "../names.ts";
import { certificatesIn } from "./certificates.ts";
import { proxyCertificateExpiry } from "./proxy-certificate.ts";

/** The rules for the age of proxies' certificates. */
export interface CertificateAge {
  /** Certificates from before this time need a closer look, ISO 8601. */
  readonly since: string | undefined;
  /** How long proxies' certificates are valid, in milliseconds. */
  readonly lifetime: number | undefined;
}

/**
 * Every running pod with a proxy, in any namespace.
 *
 * @param bundle PEM of what the cluster trusts now
 */
export async function readProxies(
  api: KubernetesApi,
  bundle: string,
  age: CertificateAge,
): Promise<readonly ProxyTrust[]> {
  const items = await listAll<Pod>(api, "/api/v1/pods");
  const meshed = items.filter((pod) => isLive(pod) && proxyOf(pod) !== undefined);
  return Promise.all(
    meshed.map(async (pod) => ({
      namespace: pod.metadata.namespace ?? "",
      pod: pod.metadata.name,
      workload: workloadOf(pod),
      anchors: anchorsOf(pod, bundle),
      certificateSince: await certificateSince(api, pod, age),
    })),
  );
}

/**
 * The controller that recreates the pod. For a ReplicaSet whose name comes from a Deployment: the Deployment.
 */
export function workloadOf({ metadata }: Pod): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return undefined;
  const hash = metadata.labels?.["pod-template-hash"];
  const suffix = `-${hash ?? ""}`;
  return owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(suffix)
    ? `Deployment/${owner.name.slice(0, -suffix.length)}`
    : `${owner.kind}/${owner.name}`;
}

/**
 * The injector writes what a proxy trusts into its pod. Proxies of the control plane read the ConfigMap when
 * they start, and their pods carry its hash.
 */
function anchorsOf(pod: Pod, bundle: string): readonly string[] | undefined {
  const written = proxyOf(pod)?.env?.find(({ name }) => name === trustAnchorsVariable)?.value;
  if (written !== undefined && written !== "") return ids(written);
  const hash = pod.metadata.annotations?.[trustRootsHash];
  // The chart hashes the value as given, and cuts off the end of its last line.
  return [bundle, `${bundle}\n`].some((text) => sha256(text) === hash) ? ids(bundle) : undefined;
}

async function certificateSince(
  api: KubernetesApi,
  pod: Pod,
  { since, lifetime }: CertificateAge,
): Promise<string | undefined> {
  const started =
    statusesOf(pod).find(({ name }) => name === proxyContainer)?.state?.running?.startedAt ??
    pod.status?.startTime;
  const isOld =
    since !== undefined && started !== undefined && Date.parse(started) < Date.parse(since);
  if (!isOld || lifetime === undefined) return started;
  const expiry = await certificateExpiry(api, pod);
  if (expiry === undefined) return started;
  // If the issuer expires earlier, so does the certificate, which then looks older than it is.
  const issued = expiry - lifetime - clockSkew;
  return new Date(Math.max(issued, Date.parse(started))).toISOString();
}

/** Certificates are valid some seconds longer than their lifetime (`clockSkewAllowance`, 20 s by default). */
const clockSkew = 60_000;

/** In milliseconds. Undefined if the proxy doesn't say. */
async function certificateExpiry(
  api: KubernetesApi,
  { metadata }: Pod,
): Promise<number | undefined> {
  try {
    const { namespace = "", name } = metadata;
    const text = await api.podText(namespace, name, proxyAdminPort, "/metrics");
    const value = proxyCertificateExpiry(text);
    return value === undefined || value <= 0 ? undefined : value * 1000;
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    return undefined;
  }
}

function ids(pem: string): readonly string[] {
  return certificatesIn(pem).map((certificate) => anchorOf(certificate).id);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
