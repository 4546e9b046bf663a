import type { Pod } from "../kubernetes/objects.ts";
import { deploymentOf, proxyContainer, proxyOf } from "../kubernetes/pods.ts";
import { releaseOfImage } from "../planning/linkerd/version.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { gatewayDeployment } from "./names.ts";
import { workloadOf } from "./trust/proxy-trust.ts";

/** The releases of Linkerd that run in one cluster. More than one of a kind: it is being upgraded. */
export interface ClusterReleases {
  /** Of the controllers. */
  readonly controlPlane: readonly string[];
  /** Of the control plane's proxies: the one that Linkerd injects now. */
  readonly proxies: readonly string[];
  /** Of the multicluster extension's controllers. */
  readonly extension: readonly string[];
  /** Of the gateways' proxies. */
  readonly gateways: readonly string[];
  /** Everything else with a proxy, besides Linkerd's own. */
  readonly workloads: readonly WorkloadRelease[];
}

/** A workload, and the release of its proxies. */
export interface WorkloadRelease {
  readonly namespace: string;
  /** `Deployment/web`; `Pod/web-0` where nothing recreates it. */
  readonly workload: string;
  /** The whole image where its tag isn't a release. */
  readonly release: string;
}

/** @param pods the live ones of all namespaces */
export function releasesIn(pods: readonly Pod[]): ClusterReleases {
  const inside = (namespace: string): readonly Pod[] =>
    pods.filter(({ metadata }) => metadata.namespace === namespace);
  const [controlPlane, extension] = [inside(linkerdNamespace), inside(multiclusterNamespace)];
  const gateways = extension.filter(
    ({ metadata }) => deploymentOf(metadata.name) === gatewayDeployment,
  );
  const workloads = pods.flatMap((pod): WorkloadRelease[] => {
    const { namespace = "", name } = pod.metadata;
    const proxy = proxyOf(pod);
    if (proxy === undefined || own.includes(namespace)) return [];
    return [{ namespace, workload: workloadOf(pod) ?? `Pod/${name}`, release: told(proxy.image) }];
  });
  return {
    controlPlane: controllersOf(controlPlane),
    proxies: proxiesOf(controlPlane),
    extension: controllersOf(extension),
    gateways: proxiesOf(gateways),
    workloads: [...new Map(workloads.map((one) => [Object.values(one).join(" "), one])).values()],
  };
}

/** Workloads whose proxies aren't those that Linkerd injects now. Where no tag tells a release, nothing is known. */
export function behindIn({ proxies, workloads }: ClusterReleases): readonly WorkloadRelease[] {
  if (proxies.length === 0) return [];
  return workloads.filter(({ release }) => !proxies.includes(release));
}

const own: readonly string[] = [linkerdNamespace, multiclusterNamespace];

/** Images besides the proxy whose tags tell a release: a gateway's pause image tells none. */
function controllersOf(pods: readonly Pod[]): readonly string[] {
  const images = pods.flatMap(({ spec }) =>
    spec.containers.filter(({ name }) => name !== proxyContainer).map(({ image }) => image),
  );
  return distinct(images.flatMap((image) => releaseOfImage(image ?? "") ?? []));
}

function proxiesOf(pods: readonly Pod[]): readonly string[] {
  return distinct(pods.flatMap((pod) => proxyOf(pod)?.image ?? []).map(told));
}

function told(image: string | undefined): string {
  return releaseOfImage(image ?? "") ?? image ?? "unknown";
}

function distinct(releases: readonly string[]): readonly string[] {
  return [...new Set(releases)].sort();
}
