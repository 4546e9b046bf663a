import { type OutboundCounters, quantileOf, sumOf } from "../linkerd/signals/outbound-traffic.ts";
import { contains, parseBlock, splitSubnets } from "../planning/cidr.ts";
import type { LinkPlan, Plan } from "../planning/plan-types.ts";
import type { ClusterFigures } from "../verification/figures.ts";
import type { MeshStatus } from "../verification/status.ts";
import type { AnswersView, TrafficView } from "./model.ts";

/** Requests that clients of one cluster sent to one Service, and that one cluster answered. */
export interface Flow {
  /** The clients' cluster. */
  readonly source: string;
  /** The cluster that answered. */
  readonly target: string;
  /** The Service that clients called, `namespace/name`; undefined where the proxy doesn't tell. */
  readonly service: string | undefined;
  readonly port: number | undefined;
  readonly counters: OutboundCounters;
}

type Subnets = Pick<MeshStatus["clusters"][number], "name" | "podSubnet">;

/**
 * What the clients of a cluster sent, by who answered. A request through a gateway bears the name of its Link;
 * one from pod to pod bears the pod's address, which lies in the pod subnet of one cluster.
 */
export function flowsOf(
  figures: ClusterFigures,
  { links }: Pick<Plan, "links">,
  clusters: readonly Subnets[],
): readonly Flow[] {
  const { cluster: source } = figures;
  const own = links.filter((link) => link.source === source);
  // Subnets may overlap where no Link leads from pod to pod: the cluster's own comes first.
  const reached = [
    source,
    ...own.filter(({ mode }) => mode !== "gateway").map(({ target }) => target),
  ];
  return figures.clients.traffic.flatMap((counters): Flow[] => {
    const { link, address } = counters;
    const target =
      link === undefined
        ? reached.find((name) =>
            isPodOf(
              clusters.find((one) => one.name === name),
              address,
            ),
          )
        : own.find(({ name }) => name === link)?.target;
    if (target === undefined) return [];
    return [{ source, target, ...calledBy(counters), counters }];
  });
}

function isPodOf(cluster: Subnets | undefined, address: string | undefined): boolean {
  const pod = parseBlock(`${address ?? ""}/32`);
  if (pod === undefined || cluster?.podSubnet === undefined) return false;
  return splitSubnets(cluster.podSubnet).some((subnet) => {
    const block = parseBlock(subnet);
    return block !== undefined && contains(block, pod);
  });
}

function calledBy({ authority }: OutboundCounters): Pick<Flow, "service" | "port"> {
  const match = /^([^.:]+)\.([^.:]+)\.svc\.[^:]*(?::(\d+))?$/.exec(authority);
  const [, name = "", namespace = "", port] = match ?? [];
  return {
    service: match === null ? undefined : `${namespace}/${name}`,
    port: port === undefined ? undefined : Number(port),
  };
}

/** What some counters come to over so many seconds. */
export function trafficOf(counters: readonly OutboundCounters[], seconds: number): TrafficView {
  const { success, failure, latency } = sumOf(counters);
  const total = success + failure;
  const quantiles = Object.entries({ p50: 0.5, p95: 0.95, p99: 0.99 }).flatMap(([name, part]) => {
    const value = quantileOf(latency, part);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    perSecond: total / seconds,
    ...(total > 0 && { success: success / total }),
    ...Object.fromEntries(quantiles),
  };
}

/** Who answered the clients of each cluster. */
export function answersOf(
  flows: readonly Flow[],
  seconds: ReadonlyMap<string, number>,
): readonly AnswersView[] {
  const sources = [...new Set(flows.map(({ source }) => source))];
  return sources.flatMap((cluster): AnswersView[] => {
    const own = flows.filter(({ source }) => source === cluster);
    const time = seconds.get(cluster);
    if (time === undefined) return [];
    const all = trafficOf(
      own.map(({ counters }) => counters),
      time,
    );
    const targets = [...new Set(own.map(({ target }) => target))];
    const shares = targets.map((target) => {
      const some = own.filter((flow) => flow.target === target).map(({ counters }) => counters);
      return { cluster: target, part: trafficOf(some, time).perSecond / all.perSecond };
    });
    return [{ cluster, ...all, shares: shares.sort((one, other) => other.part - one.part) }];
  });
}

/** How long was counted, by cluster, where it was: a cluster whose proxies can't be read is left out. */
export function secondsOf(
  { dataPlane }: Pick<MeshStatus, "dataPlane">,
  figures: readonly ClusterFigures[],
): ReadonlyMap<string, number> {
  if (dataPlane === "none") return new Map();
  return new Map(
    figures.flatMap(({ cluster, seconds, clients }) =>
      seconds === undefined || seconds <= 0 || (clients.proxies > 0 && clients.read === 0)
        ? []
        : [[cluster, seconds] as const],
    ),
  );
}

/** What the clients of a Link's source sent over it. */
export function linkTraffic(
  { source, target }: Pick<LinkPlan, "source" | "target">,
  flows: readonly Flow[],
  seconds: number,
): TrafficView {
  const own = flows.filter((flow) => flow.source === source && flow.target === target);
  return trafficOf(
    own.map(({ counters }) => counters),
    seconds,
  );
}
