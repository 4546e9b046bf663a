import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { anchorOf } from "../planning/trust/certificates/anchor.ts";
import { notRenewed } from "../planning/trust/rotation/proxies.ts";
import { timeLimits } from "../system/time-limits.ts";
import { certificatesIn } from "./trust/certificates.ts";
import { observeTrust } from "./trust/trust-facts.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Deployment, Metadata, Pod } from "../kubernetes/objects.ts";
import {
  corePath,
  deploymentPath,
  fieldManager,
  identityDeployment,
  identitySelector,
  issuerInUseAnnotation,
} from "./names.ts";
import { hasOlderPods, isRestartable, isRolling, restartWorkload } from "../kubernetes/rollout.ts";
import { lookAtInjection } from "./signals/injection.ts";
import { lookAtOutdatedProxies, type OutdatedProxy } from "./signals/outdated-proxies.ts";
import { waitFor } from "../kubernetes/wait.ts";

/** What to bring up to date. */
export interface Scope {
  /** PEM of exactly what every proxy must trust. Undefined: trust isn't checked. */
  readonly anchors?: string | undefined;
  /** Namespaces to restart for other anchors, besides Linkerd's own. */
  readonly namespaces: readonly string[];
  /** Namespaces to restart for another proxy, besides Linkerd's own. */
  readonly upgradeNamespaces: readonly string[];
}

/** A workload whose proxies started before the current settings existed. */
export interface StaleWorkload {
  readonly namespace: string;
  readonly workload: string;
  /** The text for messages. */
  readonly seen: string;
  /** The text after the restart. */
  readonly done: string;
}

export interface RestartsLook {
  /** What still needs a restart. */
  readonly stale: readonly StaleWorkload[];
  /** Outdated pods that nothing recreates. */
  readonly left: readonly string[];
  /** Restarts what is due now: first the control plane, then its extension, then the others. */
  readonly restart: (tell: (what: string) => void) => Promise<void>;
}

/** Finds the outdated proxies, and the order in which to restart them. */
export async function lookAtRestarts(api: KubernetesApi, scope: Scope): Promise<RestartsLook> {
  const look = await findBehind(api, scope);
  if ("problem" in look) return waiting(look.problem);
  const groups = [
    [linkerdNamespace],
    [multiclusterNamespace],
    [...scope.namespaces, ...scope.upgradeNamespaces],
  ].map((namespaces) => look.behind.filter(({ namespace }) => namespaces.includes(namespace)));
  const left = groups
    .flat()
    .filter(({ workload }) => !isRestartable(workload))
    .map(({ namespace, pod }) => `${namespace}/${pod}`);
  const due = groups.map(workloadsOf).find((group) => group.length > 0) ?? [];
  return {
    stale: groups.flatMap(workloadsOf),
    left: [...new Set(left)],
    restart: async (tell) => {
      // Pods that start before the injector knows the anchors would be outdated again.
      const isControlPlane = due[0]?.namespace === linkerdNamespace;
      if (!isControlPlane && !(await injects(api, scope))) return;
      // Workloads in a rollout are left alone and looked at again afterwards: the outdated pods may have been
      // the last of the old ones.
      const standing: StaleWorkload[] = [];
      for (const one of due) {
        if (!(await isRolling(api, one.namespace, one.workload))) standing.push(one);
      }
      if (standing.length === 0) return;
      const again = await findBehind(api, scope);
      if ("problem" in again) return;
      const now = new Set(workloadsOf(again.behind).map(keyOf));
      for (const { namespace, workload, done } of standing.filter((one) => now.has(keyOf(one)))) {
        if ((await restartWorkload(api, namespace, workload)) === "restarted") tell(done);
      }
    },
  };
}

function waiting(seen: string): RestartsLook {
  return {
    stale: [{ namespace: linkerdNamespace, workload: "", seen, done: "" }],
    left: [],
    restart: () => Promise.resolve(),
  };
}

type BehindProxy = Pick<OutdatedProxy, "namespace" | "pod" | "workload" | "reason">;

type BehindLook =
  | { readonly behind: readonly BehindProxy[] }
  /** Why the look gave no answer yet. */
  | { readonly problem: string };

async function findBehind(api: KubernetesApi, scope: Scope): Promise<BehindLook> {
  const [trust, rolling, outdated] = await Promise.all([
    scope.anchors === undefined ? { behind: [] } : behindInTrust(api, scope.anchors),
    olderPods(api),
    lookAtOutdatedProxies(api, [multiclusterNamespace, ...scope.upgradeNamespaces]),
  ]);
  if ("problem" in trust) return trust;
  const scoped = [linkerdNamespace, multiclusterNamespace, ...scope.namespaces];
  const ofTrust = trust.behind.filter(({ namespace }) => scoped.includes(namespace));
  // The control plane's chart renders its proxies, so only its release recreates them.
  if (rolling.length > 0 && ofTrust.length === 0) {
    return { problem: `${rolling.join(", ")} is being recreated` };
  }
  return { behind: [...ofTrust, ...outdated] };
}

/** Deployments of the control plane with pods of an earlier release. */
async function olderPods(api: KubernetesApi): Promise<readonly string[]> {
  const deployments = await listAll<Deployment>(api, deploymentPath(linkerdNamespace));
  return deployments
    .filter(hasOlderPods)
    .map(({ metadata: { name } }) => `${linkerdNamespace}/Deployment/${name}`);
}

/** Proxies that trust something else than they should, or whose certificates are from an earlier issuer. */
async function behindInTrust(api: KubernetesApi, anchors: string): Promise<BehindLook> {
  const wanted = anchorIds(anchors);
  const trust = await observeTrust("", api);
  if (trust.problem !== undefined) return { problem: trust.problem };
  const ids = trust.anchors.map(({ id }) => id);
  if (!isSame(ids, wanted)) {
    return { problem: "the control plane does not have the wanted anchors" };
  }
  const older = new Set(notRenewed(trust));
  const behind = trust.proxies
    .filter(
      (proxy) => older.has(proxy) || proxy.anchors === undefined || !isSame(proxy.anchors, wanted),
    )
    .map((proxy) => ({
      ...proxy,
      reason: "its proxies started before the present anchors or issuer",
    }));
  return { behind };
}

function keyOf({ namespace, workload }: Pick<StaleWorkload, "namespace" | "workload">): string {
  return `${namespace}/${workload}`;
}

function workloadsOf(proxies: readonly BehindProxy[]): StaleWorkload[] {
  const found = new Map<string, StaleWorkload>();
  for (const { namespace, workload, reason } of proxies) {
    if (!isRestartable(workload)) continue;
    const key = keyOf({ namespace, workload });
    if (found.has(key)) continue;
    found.set(key, {
      namespace,
      workload,
      seen: `${key} must be restarted: ${reason}`,
      done: `restarted ${key}: ${reason}`,
    });
  }
  return [...found.values()];
}

async function injects(api: KubernetesApi, { anchors }: Scope): Promise<boolean> {
  const look = await lookAtInjection(api);
  if (!look.done) return false;
  return anchors === undefined || isSame(anchorIds(look.value.trustAnchors), anchorIds(anchors));
}

function anchorIds(pem: string): readonly string[] {
  return certificatesIn(pem).map((certificate) => anchorOf(certificate).id);
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return [...new Set(some)].sort().join() === [...new Set(others)].sort().join();
}

/**
 * Makes sure that linkerd-identity uses the issuer in its Secret, and records since when. It restarts
 * linkerd-identity if it may have missed a change (linkerd2#15109).
 */
export async function proveIssuerInUse(
  api: KubernetesApi,
  tell: (what: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const before = new Set<string>();
  let restarted = false;
  await waitFor({
    what: `waiting for linkerd-identity at ${api.server} to work with its present issuer`,
    limit: timeLimits.proxiesRestarted,
    look: async () => {
      const { issuer, problem } = await observeTrust("", api);
      if (issuer === undefined) return { done: false, seen: problem ?? "there is no issuer" };
      const pods = await identityPods(api);
      if (!restarted && issuer.inUseSince === undefined) {
        for (const { metadata } of pods) before.add(metadata.name);
        const namespace = linkerdNamespace;
        if (
          (await restartWorkload(api, namespace, `Deployment/${identityDeployment}`)) ===
          "restarted"
        ) {
          restarted = true;
          tell(`restarted ${identityDeployment}, which may not have read its new issuer`);
        }
        return { done: false, seen: "it is being restarted" };
      }
      if (
        restarted &&
        (pods.length === 0 || pods.some(({ metadata }) => before.has(metadata.name)))
      ) {
        return { done: false, seen: "its old pods are still there" };
      }
      const since = restarted ? await serverTime(api) : issuer.inUseSince;
      if (since === undefined) return { done: false, seen: "the API server's answer has no date" };
      const note = `${issuer.fingerprint}/${since}`;
      await api.patch(deploymentPath(linkerdNamespace, identityDeployment), {
        metadata: { annotations: { [issuerInUseAnnotation]: note } },
      });
      return { done: true, value: undefined };
    },
    further: `Look further with: kubectl -n ${linkerdNamespace} get pods -l ${identitySelector}`,
    signal,
  });
}

/** Includes pods that are being deleted, because they serve to the last moment. */
async function identityPods(api: KubernetesApi): Promise<readonly Pod[]> {
  const items = await listAll<Pod>(api, corePath(linkerdNamespace, "pods"), {
    labelSelector: identitySelector,
  });
  return items;
}

/** The cluster's own time, which its pods' start times use. It comes from an object that is never stored. */
async function serverTime(api: KubernetesApi): Promise<string | undefined> {
  const { metadata } = await api.post<{ readonly metadata: Metadata }>(
    corePath(linkerdNamespace, "configmaps"),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "linkerd-topology-time" } },
    { dryRun: "All", fieldManager },
  );
  return metadata.creationTimestamp;
}
