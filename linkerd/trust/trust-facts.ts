import { linkerdNamespace } from "../../planning/names.ts";
import type { X509Certificate } from "node:crypto";
import { anchorOf } from "../../planning/trust/certificates/anchor.ts";
import { isSignedBy } from "../../planning/trust/certificates/check.ts";
import { validTo } from "../../planning/trust/certificates/validity.ts";
import type { ClusterTrust, IssuerTrust, ProxyTrust } from "../../planning/trust/rotation/facts.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { ConfigMap, Deployment, KubernetesSecret, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import {
  corePath,
  deploymentPath,
  identityDeployment,
  identitySelector,
  issuerInUseAnnotation,
  issuerSecret,
  trustRootsConfigMap,
  trustRootsKey,
} from "../names.ts";
import { certificatesIn } from "./certificates.ts";
import { readProxies } from "./proxy-trust.ts";

/** What a cluster trusts, who signs in it, and which proxies already use that. */
export async function observeTrust(cluster: string, api: KubernetesApi): Promise<ClusterTrust> {
  try {
    return { cluster, problem: undefined, ...(await read(api)) };
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    return silentTrust(cluster, error.message);
  }
}

/** A cluster that couldn't be asked. */
export function silentTrust(cluster: string, problem: string): ClusterTrust {
  return { cluster, problem, anchors: [], issuer: undefined, proxies: [] };
}

/** Only what a cluster trusts, and which of its anchors signed its issuer. */
export async function observeAnchors(
  api: KubernetesApi,
): Promise<Pick<ClusterTrust, "anchors"> & { readonly issuer: SignedIssuer | undefined }> {
  const [roots, secret] = await Promise.all([
    getIfThere<ConfigMap>(api, corePath(linkerdNamespace, "configmaps", trustRootsConfigMap)),
    getIfThere<KubernetesSecret>(api, corePath(linkerdNamespace, "secrets", issuerSecret)),
  ]);
  const certificates = certificatesIn(roots?.data?.[trustRootsKey] ?? "");
  return {
    anchors: certificates.map(anchorOf),
    issuer: secret && readIssuer(secret, certificates),
  };
}

/** An issuer as its Secret has it. */
type SignedIssuer = Omit<IssuerTrust, "inUseSince">;

async function read(api: KubernetesApi): Promise<Omit<ClusterTrust, "cluster" | "problem">> {
  const [roots, secret, deployment, identityPods] = await Promise.all([
    getIfThere<ConfigMap>(api, corePath(linkerdNamespace, "configmaps", trustRootsConfigMap)),
    getIfThere<KubernetesSecret>(api, corePath(linkerdNamespace, "secrets", issuerSecret)),
    getIfThere<Deployment>(api, deploymentPath(linkerdNamespace, identityDeployment)),
    listAll<Pod>(api, corePath(linkerdNamespace, "pods"), {
      labelSelector: identitySelector,
    }),
  ]);
  const bundle = roots?.data?.[trustRootsKey] ?? "";
  const certificates = certificatesIn(bundle);
  const issuer = secret && readIssuer(secret, certificates);
  const inUseSince = secret && issuer && issuerInUseSince(secret, issuer, deployment, identityPods);
  const proxies = await readProxies(api, bundle, {
    since: inUseSince,
    lifetime: issuanceLifetime(deployment),
  });
  return {
    anchors: certificates.map(anchorOf),
    issuer: issuer && { ...issuer, inUseSince },
    proxies: proxies.map((proxy) =>
      isOfIdentity(proxy) ? { ...proxy, certificateSince: inUseSince } : proxy,
    ),
  };
}

/** The proxy of linkerd-identity asks only the container beside it, so it has what that one uses. */
function isOfIdentity({ namespace, workload }: ProxyTrust): boolean {
  return namespace === linkerdNamespace && workload === `Deployment/${identityDeployment}`;
}

function readIssuer(
  { data }: KubernetesSecret,
  anchors: readonly X509Certificate[],
): SignedIssuer | undefined {
  // The Secret holds the key too; only the certificates are read. There are two schemes with different names.
  const encoded = data?.["crt.pem"] ?? data?.["tls.crt"] ?? "";
  const chain = certificatesIn(Buffer.from(encoded, "base64").toString("utf8"));
  const [issuer] = chain;
  const last = chain.at(-1);
  if (issuer === undefined || last === undefined) return undefined;
  const anchor = anchors.find((one) => isSignedBy(last, one) || one.raw.equals(last.raw));
  return {
    fingerprint: issuer.fingerprint256,
    expires: validTo(issuer).toISOString(),
    anchor: anchor && anchorOf(anchor).id,
  };
}

/**
 * linkerd-identity reads a new issuer while it runs, and sometimes misses it (linkerd2#15109). So one of two
 * things must prove it: a recorded look ({@link issuerInUseAnnotation}), or that all of its pods started
 * after the Secret's last change.
 */
export function issuerInUseSince(
  secret: KubernetesSecret,
  { fingerprint }: Pick<IssuerTrust, "fingerprint">,
  deployment: Deployment | undefined,
  pods: readonly Pod[],
): string | undefined {
  const [noted, since] = (deployment?.metadata.annotations?.[issuerInUseAnnotation] ?? "").split(
    "/",
  );
  if (noted === fingerprint && since !== undefined) return since;
  const changed = changedAt(secret);
  const created = time(deployment?.metadata.creationTimestamp);
  const starts = pods.map(({ status }) => time(status?.startTime));
  if (changed === undefined || created === undefined || starts.length === 0) return undefined;
  // The Deployment has never known another issuer. Proxies start a little earlier and wait for it.
  if (changed <= created) return iso(changed);
  const latest = Math.max(...starts.map((start) => start ?? -Infinity));
  const all = starts.every((start) => start !== undefined && start > changed);
  return all ? iso(latest) : undefined;
}

function changedAt({ metadata }: KubernetesSecret): number | undefined {
  const times = [
    metadata.creationTimestamp,
    ...(metadata.managedFields ?? []).map((field) => field.time),
  ].flatMap((text) => time(text) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** How long workloads' certificates are valid, in milliseconds. Undefined if it is unknown. */
function issuanceLifetime(deployment: Deployment | undefined): number | undefined {
  const args = deployment?.spec?.template?.spec?.containers.flatMap((one) => one.args ?? []) ?? [];
  const [, text = ""] =
    /^-identity-issuance-lifetime=(.+)$/.exec(args.find(isLifetime) ?? "") ?? [];
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

const isLifetime = (arg: string) => arg.startsWith("-identity-issuance-lifetime=");
const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

function time(text: string | undefined): number | undefined {
  const value = Date.parse(text ?? "");
  return Number.isNaN(value) ? undefined : value;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
