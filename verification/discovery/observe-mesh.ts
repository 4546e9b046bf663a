import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Endpoints, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { ownAddresses } from "../../kubernetes/pods.ts";
import { readingOnce } from "../../kubernetes/reading-once.ts";
import { corePath } from "../../linkerd/names.ts";
import type {
  ClusterObservation,
  LinkObservation,
  ServiceObservation,
} from "../../planning/discovery/observation.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { hostnamesOf } from "../facts/mirrors.ts";
import { type ClusterWay, observeForDiscovery } from "./observe-cluster.ts";
import { unreadBecause } from "./reader.ts";

export interface OpenWay extends ClusterWay {
  readonly api: KubernetesApi;
}

/** Reads what clusters say about themselves and their mesh, all at the same time. */
export async function observeMesh(
  ways: readonly OpenWay[],
): Promise<readonly ClusterObservation[]> {
  const open = ways.map(({ api, ...way }) => ({ way, api: readingOnce(api) }));
  const observed = await Promise.all(open.map(({ way, api }) => observeForDiscovery(way, api)));
  const selectors = observed.flatMap(({ links }) => links.map((link) => link.selectors.gateway));
  // Only pods of exported headless Services matter: a cluster may have many others.
  const isExported = ({ headless, labels }: ServiceObservation): boolean =>
    headless && selectors.some((selector) => selects(selector, labels));
  // A list of all pods may be long, and only traffic from pod to pod depends on their addresses.
  const isFlat = observed.some(({ links }) => links.some(mayLeadToPods));
  return Promise.all(
    observed.map(async (cluster, index) => {
      const api = open[index]?.api;
      if (api === undefined) return cluster;
      const services = cluster.services.map(async (service) =>
        isExported(service) ? withPods(service, api) : service,
      );
      const known = { ...cluster, services: await Promise.all(services) };
      return isFlat && cluster.kubernetesVersion !== undefined
        ? withPodAddresses(known, api)
        : known;
    }),
  );
}

function mayLeadToPods({ gateway, selectors }: LinkObservation): boolean {
  const { remoteDiscovery, federated } = selectors;
  return gateway === undefined || remoteDiscovery !== undefined || federated !== undefined;
}

async function withPodAddresses(
  cluster: ClusterObservation,
  api: KubernetesApi,
): Promise<ClusterObservation> {
  try {
    const pods = await listAll<Pod>(api, "/api/v1/pods");
    return { ...cluster, podAddresses: ownAddresses(pods).map(({ ip }) => ip) };
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    const why = unreadBecause("the pods' addresses", "list pods", error);
    return { ...cluster, unread: [...cluster.unread, why] };
  }
}

async function withPods(
  service: ServiceObservation,
  api: KubernetesApi,
): Promise<ServiceObservation> {
  try {
    const { namespace, name } = service;
    const endpoints = await getIfThere<Endpoints>(api, corePath(namespace, "endpoints", name));
    return { ...service, hostnames: hostnamesOf(endpoints) };
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    return service;
  }
}
