import type { Pod } from "../kubernetes/objects.ts";
import { proxyContainer, proxyOf } from "../kubernetes/pods.ts";
import { releaseOfImage } from "../planning/linkerd/version.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import { isGatewayPod } from "./gateway-pods.ts";
import { workloadOf } from "./trust/proxy-trust.ts";

/** The releases of Linkerd that run in one cluster. There are several of a kind during an upgrade. */
export interface ClusterReleases {
  /** Of the controllers. */
  readonly controlPlane: readonly string[];
  /** Of the control plane's proxies: the release that Linkerd injects now. */
  readonly proxies: readonly string[];
  /** Of the multicluster extension's controllers. */
  readonly extension: readonly string[];
  /** Of the gateways' proxies. */
  readonly gateways: readonly string[];
  /** All other workloads with a proxy. */
  readonly workloads: readonly WorkloadRelease[];
}

export interface WorkloadRelease {
  readonly namespace: string;
  /** `Deployment/web`, or `Pod/web-0` for a pod without a controller. */
  readonly workload: string;
  /** The whole image, if its tag isn't a release. */
  readonly release: string;
}

/** @param pods live pods of all namespaces */
export function releasesIn(pods: readonly Pod[]): ClusterReleases {
  const inside = (namespace: string): readonly Pod[] =>
    pods.filter(({ metadata }) => metadata.namespace === namespace);
  const [controlPlane, extension] = [inside(linkerdNamespace), inside(multiclusterNamespace)];
  // An ingress that takes the place of Linkerd's gateway is a workload of its owner's.
  const gateways = extension.filter((pod) => isGatewayPod(pod, undefined));
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

/**
 * Workloads whose proxies aren't of the release that Linkerd injects now. Tags that name no release don't
 * count.
 */
export function behindIn({ proxies, workloads }: ClusterReleases): readonly WorkloadRelease[] {
  if (proxies.length === 0) return [];
  return workloads.filter(({ release }) => !proxies.includes(release));
}

const own: readonly string[] = [linkerdNamespace, multiclusterNamespace];

/** Images other than the proxy whose tags name a release. A gateway's pause image names none. */
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
