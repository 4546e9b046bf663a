import type { KubernetesApi } from "../kubernetes/api.ts";
import { KubernetesApiError } from "../kubernetes/errors.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { isReady, isLive, proxyOf } from "../kubernetes/pods.ts";
import { isGatewayPod, ownGatewayOf } from "../linkerd/gateway-pods.ts";
import { noDataPlane, proxyAdminPort } from "../linkerd/names.ts";
import { type ClusterReleases, releasesIn } from "../linkerd/releases.ts";
import { increaseOf, outboundCounters } from "../linkerd/signals/outbound-traffic.ts";
import type { OutboundCounters } from "../linkerd/signals/outbound-traffic.ts";
import { workloadOf } from "../linkerd/trust/proxy-trust.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import type { Connections } from "./connections.ts";
import type { Mesh } from "./observe.ts";
import { collectedIn } from "./prometheus.ts";

/** What the proxies of one cluster counted lately, and what else its pods tell. */
export interface ClusterFigures {
  readonly cluster: string;
  readonly source: FiguresSource;
  /** Undefined: its pods could not be listed. */
  readonly releases: ClusterReleases | undefined;
  /**
   * For how many seconds was counted: since the look before, or as long as Prometheus was asked for. Undefined in the
   * first look at proxies, which has nothing to compare with.
   */
  readonly seconds: number | undefined;
  /** By the proxies of meshed pods that are none of Linkerd's own. */
  readonly clients: ProxyFigures;
  /** By the proxies of the gateway: what came in from other clusters, and was passed on. */
  readonly gateway: ProxyFigures;
}

/** Who was asked for the figures. */
export interface FiguresSource {
  /** `prometheus`: the topology's own one in the cluster. */
  readonly from: "proxies" | "prometheus";
  /** Why not Prometheus, in a topology that has one. */
  readonly instead?: string;
}

export interface ProxyFigures {
  /** Proxies that there are. */
  readonly proxies: number;
  /** Proxies that were read. In a large cluster these are a part of them. */
  readonly read: number;
  /** Why one could not be read. */
  readonly unread?: string;
  readonly traffic: readonly OutboundCounters[];
}

/** So many proxies of a cluster are read in one look, so that a look has a known cost. */
export const mostProxies = 24;

interface Look {
  readonly at: number;
  readonly counters: ReadonlyMap<string, readonly OutboundCounters[]>;
}

/**
 * Reads the metrics of a mesh's proxies again and again, through the API servers. It only reads. Where the topology has
 * a Prometheus that answers, that is asked; otherwise the proxies are.
 */
export class FiguresReader {
  readonly #mesh: Mesh;
  readonly #connections: Connections;
  readonly #asksProxies: boolean;
  readonly #last = new Map<string, Look>();

  /** @param options.proxies ask proxies where Prometheus tells nothing: of no use in a single look. @default true */
  constructor(
    mesh: Mesh,
    connections: Connections,
    { proxies = true }: { readonly proxies?: boolean } = {},
  ) {
    this.#mesh = mesh;
    this.#connections = connections;
    this.#asksProxies = proxies;
  }

  /** A cluster that doesn't answer is part of the answer. */
  async read(): Promise<readonly ClusterFigures[]> {
    return Promise.all(
      this.#mesh.clusters.map(async (access) => {
        const { name } = access;
        let api: KubernetesApi;
        try {
          api = await this.#connections.open(access);
        } catch (error) {
          // Its kubeconfig can't be used.
          return this.#unread(name, error as Error);
        }
        try {
          return await this.#readOne(name, api);
        } catch (error) {
          if (!(error instanceof KubernetesApiError)) throw error;
          return this.#unread(name, error);
        }
      }),
    );
  }

  #unread(cluster: string, { message }: Error): ClusterFigures {
    this.#last.delete(cluster);
    const nothing: ProxyFigures = { proxies: 0, read: 0, unread: message, traffic: [] };
    return {
      cluster,
      source: { from: "proxies" },
      releases: undefined,
      seconds: undefined,
      clients: nothing,
      gateway: nothing,
    };
  }

  async #readOne(cluster: string, api: KubernetesApi): Promise<ClusterFigures> {
    const pods = (await listAll<Pod>(api, "/api/v1/pods")).filter(isLive);
    const meshed = pods.filter((pod) => isReady(pod) && carriesTraffic(pod));
    const ingress = ownGatewayOf(this.#mesh.plan, cluster);
    const gateways = meshed.filter((pod) => isGatewayPod(pod, ingress));
    const clients = meshed.filter(({ metadata: { namespace = "" } }) => !own.includes(namespace));
    const { observability } = this.#mesh.plan;
    const collected =
      observability && (await collectedIn(cluster, api, observability, { pods, own, gateways }));
    const about = { cluster, releases: releasesIn(pods) };
    if (collected !== undefined && typeof collected !== "string") {
      this.#last.delete(cluster);
      return {
        ...about,
        source: { from: "prometheus" },
        seconds: collected.seconds,
        clients: knownOf(clients, collected.read.clients, collected.clients),
        gateway: knownOf(gateways, collected.read.gateways, collected.gateways),
      };
    }
    const told = this.#asksProxies
      ? await this.#askProxies(cluster, api, { clients, gateways })
      : { seconds: undefined, clients: notAsked(clients), gateway: notAsked(gateways) };
    const instead = collected === undefined ? {} : { instead: collected };
    return { ...about, source: { from: "proxies", ...instead }, ...told };
  }

  async #askProxies(
    cluster: string,
    api: KubernetesApi,
    { clients, gateways }: { readonly clients: readonly Pod[]; readonly gateways: readonly Pod[] },
  ): Promise<Pick<ClusterFigures, "seconds" | "clients" | "gateway">> {
    const at = performance.now();
    const chosen = { gateway: gateways.slice(0, mostProxies), clients: chooseFrom(clients) };
    const read = await Promise.all(
      // An ingress that is the gateway may be a client of other clusters as well.
      [...new Set([...chosen.gateway, ...chosen.clients])].map(
        async (pod) => [pod, await countersOf(api, pod)] as const,
      ),
    );
    const known = read.flatMap(([pod, counters]) =>
      typeof counters === "string" ? [] : [[keyOf(pod), counters] as const],
    );
    const last = this.#last.get(cluster);
    this.#last.set(cluster, { at, counters: new Map(known) });
    const figuresOf = (all: readonly Pod[], some: readonly Pod[]): ProxyFigures => {
      const asked = read.filter(([pod]) => some.includes(pod));
      const unread = asked.map(([, counters]) => counters).find((one) => typeof one === "string");
      return {
        proxies: all.length,
        read: asked.filter(([, counters]) => typeof counters !== "string").length,
        ...(unread !== undefined && { unread }),
        traffic: asked.flatMap(([pod, counters]) =>
          typeof counters === "string" ? [] : increaseOf(beforeOf(last, pod), counters),
        ),
      };
    };
    return {
      seconds: last && (at - last.at) / 1000,
      clients: figuresOf(clients, chosen.clients),
      gateway: figuresOf(gateways, chosen.gateway),
    };
  }
}

function notAsked({ length: proxies }: readonly Pod[]): ProxyFigures {
  return { proxies, read: 0, traffic: [] };
}

/** What Prometheus knows of some pods' proxies. It may still have one that ended since it was read. */
function knownOf(
  { length: proxies }: readonly Pod[],
  up: number,
  traffic: readonly OutboundCounters[],
): ProxyFigures {
  const read = Math.min(up, proxies);
  return {
    proxies,
    read,
    ...(read < proxies && {
      unread: `Prometheus reads ${read} of ${proxies}: its page /targets says why`,
    }),
    traffic,
  };
}

/** What a proxy counted before a look. One that started since then counts from nothing. */
function beforeOf(last: Look | undefined, pod: Pod): readonly OutboundCounters[] | undefined {
  return last?.counters.get(keyOf(pod));
}

const own: readonly string[] = [linkerdNamespace, multiclusterNamespace];

function carriesTraffic(pod: Pod): boolean {
  const image = proxyOf(pod)?.image;
  return image !== undefined && !image.includes(noDataPlane);
}

/** The same ones in every look, and some of each workload. */
function chooseFrom(pods: readonly Pod[]): readonly Pod[] {
  const counts = new Map<string, number>();
  return pods
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map((pod) => {
      const workload = `${pod.metadata.namespace ?? ""}/${workloadOf(pod) ?? pod.metadata.name}`;
      const turn = counts.get(workload) ?? 0;
      counts.set(workload, turn + 1);
      return { pod, turn };
    })
    .toSorted((one, other) => one.turn - other.turn)
    .slice(0, mostProxies)
    .map(({ pod }) => pod);
}

/** @returns why they can't be read, where they can't */
async function countersOf(
  api: KubernetesApi,
  { metadata: { namespace = "", name } }: Pod,
): Promise<readonly OutboundCounters[] | string> {
  try {
    return outboundCounters(await api.podText(namespace, name, proxyAdminPort, "/metrics"));
  } catch (error) {
    if (error instanceof KubernetesApiError) return `${namespace}/${name}: ${error.message}`;
    throw error;
  }
}

function keyOf({ metadata: { namespace = "", name, uid = "" } }: Pod): string {
  return `${namespace}/${name}/${uid}`;
}
