import type { KubernetesApi } from "../kubernetes/api.ts";
import { KubernetesApiError } from "../kubernetes/errors.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { isReady, troubleOf } from "../kubernetes/pods.ts";
import {
  collectedCounters,
  noneOf,
  oneOf,
  trafficQuery,
} from "../linkerd/signals/collected-traffic.ts";
import type { PrometheusSample } from "../linkerd/signals/collected-traffic.ts";
import type { OutboundCounters } from "../linkerd/signals/outbound-traffic.ts";
import {
  observabilityNamespace,
  prometheusName,
  prometheusPort,
} from "../planning/observability/names.ts";
import type { ObservabilityPlan } from "../planning/plan-types.ts";

/** Pods of a cluster whose proxies' figures are wanted. */
export interface WantedPods {
  /** All pods of the cluster. */
  readonly pods: readonly Pod[];
  /** Namespaces whose proxies are no clients. */
  readonly own: readonly string[];
  readonly gateways: readonly Pod[];
}

/** What the topology's own Prometheus in a cluster tells of the proxies there. */
export interface Collected {
  /** Over how many seconds, up to now, answers were counted. */
  readonly seconds: number;
  /** How many proxies of clients, and of gateways, it reads. */
  readonly read: { readonly clients: number; readonly gateways: number };
  readonly clients: readonly OutboundCounters[];
  readonly gateways: readonly OutboundCounters[];
}

/**
 * Asks the Prometheus of a cluster, from within its pod: only meshed clients may ask it from elsewhere.
 *
 * @returns a text that says why it told nothing, where it did
 */
export async function collectedIn(
  cluster: string,
  api: KubernetesApi,
  { scrapeInterval }: Pick<ObservabilityPlan, "scrapeInterval">,
  { pods, own, gateways }: WantedPods,
): Promise<Collected | string> {
  const mine = pods.filter(
    ({ metadata: { namespace, labels } }) =>
      namespace === observabilityNamespace && labels?.["app"] === prometheusName,
  );
  const pod = mine.find(isReady);
  if (pod === undefined) {
    const [first] = mine;
    return `Prometheus has no pod that is Ready${first === undefined ? "" : ` (${troubleOf(first)})`}`;
  }
  const ask = (expression: string) => query(api, pod.metadata.name, expression);
  const seconds = secondsOf(scrapeInterval) * scrapesCounted;
  const all = `job="linkerd-proxy", cluster=${JSON.stringify(cluster)}`;
  const ofClients = `${all}, ${noneOf("namespace", own)}`;
  const names = gateways.map(({ metadata: { name } }) => name);
  const ofGateways = names.length === 0 ? undefined : `${all}, ${oneOf("pod", names)}`;
  const about = async (selector: string | undefined) => {
    if (selector === undefined) return { read: 0, counters: [] };
    const [count, traffic] = await Promise.all([
      ask(`count(up{${selector}} == 1)`),
      ask(trafficQuery(selector, seconds)),
    ]);
    return { read: Number(count[0]?.value[1] ?? 0), counters: collectedCounters(traffic) };
  };
  try {
    const [any, clients, gateway] = await Promise.all([
      ask(`count(up{${all}})`),
      about(ofClients),
      about(ofGateways),
    ]);
    // Without a client there is nothing to be read of one. Without any proxy Prometheus knows nothing yet.
    if (any.length === 0) return "Prometheus has read no proxy in the last minutes";
    return {
      seconds,
      read: { clients: clients.read, gateways: gateway.read },
      clients: clients.counters,
      gateways: gateway.counters,
    };
  } catch (error) {
    if (error instanceof KubernetesApiError || error instanceof UnusableAnswer) {
      return `Prometheus doesn't answer: ${error.message}`;
    }
    throw error;
  }
}

/** A rate needs two scrapes. With four of them one that fails doesn't matter. */
const scrapesCounted = 4;

/** Of a duration such as `30s` or `5m`, the forms that a topology may have. */
function secondsOf(duration: string): number {
  return Number.parseInt(duration, 10) * (duration.endsWith("m") ? 60 : 1);
}

class UnusableAnswer extends Error {}

/** @throws KubernetesApiError; UnusableAnswer */
async function query(
  api: KubernetesApi,
  pod: string,
  expression: string,
): Promise<readonly PrometheusSample[]> {
  const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
  const text = await api.podText(observabilityNamespace, pod, prometheusPort, path);
  const { status, error, data } = parsed(text);
  if (status !== "success" || data?.result === undefined) {
    throw new UnusableAnswer(error ?? text.slice(0, 200));
  }
  return data.result;
}

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly result?: readonly PrometheusSample[] };
}

function parsed(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new UnusableAnswer(text.slice(0, 200));
  }
}
