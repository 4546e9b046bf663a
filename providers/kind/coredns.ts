import { timeLimits } from "./constants.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { deleteIfThere } from "../../kubernetes/optional.ts";
import { everythingMayPass, waitFor } from "../../kubernetes/wait.ts";

const namespace = "/api/v1/namespaces/kube-system";
const configMap = `${namespace}/configmaps/coredns`;
const deployment = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
const podsOfDns = `${namespace}/pods?labelSelector=k8s-app%3Dkube-dns`;

interface ConfigMap {
  readonly metadata: { readonly resourceVersion: string };
  readonly data: { readonly Corefile: string };
}

interface Pods {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly uid: string;
      readonly deletionTimestamp?: string;
    };
    readonly spec: { readonly nodeName?: string };
  }[];
}

/**
 * Sets how long CoreDNS lets clients cache answers about the cluster's own names, negative ones included.
 * Afterwards no CoreDNS with another setting serves. kubeadm has no option for it.
 *
 * On a new cluster this comes before CoreDNS's pods are on a node, and so costs nothing. CoreDNS's own reload
 * would take more than a minute.
 *
 * @param fresh nobody uses the cluster yet, so running pods may simply be deleted
 */
export async function setDnsTtl(
  api: KubernetesApi,
  seconds: number,
  { fresh, signal }: { fresh: boolean; signal: AbortSignal },
): Promise<void> {
  const changed = await waitFor({
    what: "CoreDNS's configuration (ConfigMap kube-system/coredns)",
    limit: timeLimits.clusterCreate,
    longest: fresh ? 100 : 250,
    mayPass: everythingMayPass,
    signal,
    look: async () => {
      const found = await api.get<ConfigMap>(configMap);
      const Corefile = withTtl(found.data.Corefile, seconds);
      if (Corefile === found.data.Corefile) return { done: true, value: false };
      // With the version: if somebody else changes it in between, try again.
      const { resourceVersion } = found.metadata;
      await api.patch(configMap, { metadata: { resourceVersion }, data: { Corefile } });
      return { done: true, value: true };
    },
  });
  if (!changed) return;
  // Pods that aren't on a node yet will read the new configuration.
  const old = (await api.get<Pods>(podsOfDns)).items.filter(({ spec }) => spec.nodeName);
  if (old.length === 0) return;
  if (fresh) {
    await Promise.all(
      old.map(({ metadata: { name } }) =>
        deleteIfThere(api, `${namespace}/pods/${name}?gracePeriodSeconds=0`),
      ),
    );
  } else {
    const annotations = { "dev.linkerd-topology.dns-ttl": `${seconds}` };
    await api.patch(deployment, { spec: { template: { metadata: { annotations } } } });
  }
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  await waitFor({
    what: "CoreDNS with its new configuration",
    limit: timeLimits.nodesReady,
    longest: 250,
    mayPass: everythingMayPass,
    signal,
    look: async () => {
      const { items } = await api.get<Pods>(podsOfDns);
      // A pod that is being deleted gets no more questions, but takes half a minute to disappear.
      const left = items.filter(
        ({ metadata }) => uids.has(metadata.uid) && metadata.deletionTimestamp === undefined,
      );
      if (left.length === 0) return { done: true, value: undefined };
      const names = left.map(({ metadata }) => metadata.name);
      return { done: false, seen: `${names.join(", ")} still there` };
    },
  });
}

/** The TTL in CoreDNS's configuration. Undefined if it can't be found. */
export async function readDnsTtl(api: KubernetesApi): Promise<number | undefined> {
  const { data } = await api.get<ConfigMap>(configMap);
  const ttl = /^[ \t]*ttl[ \t]+(\d+)/m.exec(kubernetesBlock.exec(data.Corefile)?.[0] ?? "")?.[1];
  return ttl === undefined ? undefined : Number(ttl);
}

/** The block of the plugin that answers for the cluster's own names. */
const kubernetesBlock = /^[ \t]*kubernetes[^\n{]*\{[^}]*\}/m;

/** The Corefile with another TTL in the block of the plugin `kubernetes`. */
export function withTtl(corefile: string, seconds: number): string {
  return corefile.replace(kubernetesBlock, (block) => {
    const line = /^([ \t]*ttl[ \t]+)\d+/m;
    if (line.test(block)) return block.replace(line, `$1${seconds}`);
    const end = /([ \t]*)\}$/.exec(block);
    const indent = end?.[1] ?? "";
    return `${block.slice(0, end?.index)}${indent}   ttl ${seconds}\n${indent}}`;
  });
}
