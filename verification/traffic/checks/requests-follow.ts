import { compare } from "../../../planning/compare.ts";
import { TimeLimitReached, waitFor } from "../../../kubernetes/wait.ts";
import { corePath, fieldManager } from "../../../linkerd/names.ts";
import { routeObject, routePath } from "../../../linkerd/traffic-objects.ts";
import type {
  RoutePlan,
  TrafficBackendPlan,
  TrafficRulePlan,
} from "../../../planning/plan-types.ts";
import type { Check, Outcome } from "../../checks/check.ts";
import { failed, kubectl, notRun, passed } from "../../checks/check.ts";
import { ask, wordsOf } from "../ask.ts";
import type { Asked, Answered } from "../asked.ts";
import { fairRange } from "../fair-range.ts";
import { serverLabel, serverPort } from "../names.ts";
import type { RouteKind } from "../probe-plan.ts";
import { anyPort, routesByPath, servicePort } from "../objects.ts";
import { requestOf } from "../request.ts";
import { apiOf, lackingOf, limitOf, statusOf } from "../probe-context.ts";
import type { EntrySubject } from "./backends-known.ts";

/** Requests per rule whose shares are counted, and per rule with one backend. */
const requests = { shared: 240, alone: 10 };

/**
 * Requests of a meshed client go where an entry of `traffic` says. The check asks a Service of its own with
 * the same route, whose backends are the probes: only the owner of the entry's Service knows what it answers
 * and whether it may be asked.
 */
export const requestsFollow: Check<EntrySubject> = {
  id: "route-traffic",
  title: "requests go where traffic says",
  needsDataPlane: true,
  run: async (subject): Promise<Outcome> => {
    const rules = probeRules(subject);
    if (typeof rules === "string") return notRun(rules);
    const asked = rules.filter((rule) => isAskable(rule, rules));
    if (asked.length === 0) return notRun("no answer would say who sent it");
    await makeRoute(subject, rules);
    const left = rules.length - asked.length;
    const outcome = await askUntilFair(subject, asked);
    return left === 0 || outcome.state !== "passed"
      ? outcome
      : passed(`${outcome.detail ?? ""}; ${left} rules not asked`);
  },
};

/** Sends the requests of some rules until all go where they should, or the time is over. */
export async function askUntilFair(
  subject: EntrySubject,
  rules: readonly ProbeRule[],
): Promise<Outcome> {
  const { context, wanted, name } = subject;
  try {
    const words = await waitFor({
      what: `waiting for requests of ${name} to go where they should`,
      limit: limitOf(context, "trafficArrives"),
      twice: true,
      look: async () => {
        const seen: string[] = [];
        for (const rule of rules) {
          const outcome = await askRule(subject, rule);
          if ("trouble" in outcome) return { done: false, seen: outcome.trouble };
          seen.push(outcome.words);
        }
        return { done: true, value: seen.join("; ") };
      },
      further: "",
      signal: context.signal,
    });
    return passed(words);
  } catch (error) {
    if (!(error instanceof TimeLimitReached)) throw error;
    const status = statusOf(context, wanted.cluster);
    return failed(
      error.seen,
      `Look at what Linkerd says of the entry's own route: ${kubectl(status, `-n ${wanted.namespace} get httproutes -o yaml`)}`,
    );
  }
}

/** A rule of the probe's own route. */
export interface ProbeRule {
  readonly match?: NonNullable<TrafficRulePlan["match"]>;
  readonly backends: readonly ProbeBackend[];
}

export type ProbeBackend = Pick<TrafficBackendPlan, "service" | "clusters" | "weight">;

const probeKinds: Readonly<Record<TrafficBackendPlan["kind"], RouteKind | undefined>> = {
  local: undefined,
  gateway: "gateway",
  "remote-discovery": "flat",
  federated: "federated",
};

/** The rules of the probe's own route, or why it can't have one. */
export function probeRules(subject: EntrySubject): readonly ProbeRule[] | string {
  const { context, wanted } = subject;
  if (wanted.protocol === "grpc") return "an answer of the probes to gRPC doesn't say who sent it";
  const clusters = wanted.rules.flatMap(({ backends }) => backends.flatMap((one) => one.clusters));
  const lacking = lackingOf(context, [wanted.cluster, ...clusters]);
  if (lacking.length > 0) return `the probes of ${lacking.join(", ")} don't run`;
  const rules = wanted.rules.map((rule) => probeRule(subject, rule));
  if (rules.some((rule) => rule === undefined)) {
    return "no probe is exported the way that the places of the entry are";
  }
  return rules.flatMap((rule) => rule ?? []);
}

/**
 * Whether the answers to the requests of a rule say who sent them. Those to HEAD and CONNECT have no content,
 * and a rule for every path leaves no request for the rule without a match.
 */
export function isAskable({ match }: ProbeRule, rules: readonly ProbeRule[]): boolean {
  if (match === undefined) return !rules.some((other) => isForEveryPath(other.match));
  return match.method !== "HEAD" && match.method !== "CONNECT";
}

function isForEveryPath(match: ProbeRule["match"]): boolean {
  return match?.path === "/" && Object.keys(match).length === 1;
}

/** The same rule with the probes in place of the entry's Services. */
function probeRule(
  { context, wanted, name }: EntrySubject,
  { match, backends }: TrafficRulePlan,
): ProbeRule | undefined {
  const found = backends.map(({ kind, clusters, weight }): ProbeBackend | undefined => {
    if (kind === "local") return { service: name, clusters, weight };
    const probe = context.probes.routes.find(
      (route) =>
        route.source === wanted.cluster &&
        route.kind === probeKinds[kind] &&
        route.obstacle === undefined &&
        clusters.every((one) => route.members.includes(one)),
    );
    return probe && { service: probe.mirror, clusters: probe.members, weight };
  });
  if (found.some((one) => one === undefined)) return undefined;
  return { ...(match && { match }), backends: found.flatMap((one) => one ?? []) };
}

/** Port of the probe's own Service. By one of its ports, a server answers every path with its name. */
function portOf({ wanted }: EntrySubject): number {
  return routesByPath(wanted) ? anyPort.port : servicePort(false);
}

/** It is removed together with the namespace. */
export async function makeRoute(subject: EntrySubject, rules: readonly ProbeRule[]): Promise<void> {
  const { context, wanted, name } = subject;
  const api = apiOf(context, wanted.cluster);
  const route: RoutePlan = {
    namespace: context.namespace,
    service: name,
    port: portOf(subject),
    protocol: wanted.protocol,
    alias: wanted.alias,
    annotations: wanted.annotations,
    serviceAnnotations: wanted.serviceAnnotations,
    rules,
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: context.namespace, annotations: wanted.serviceAnnotations },
    spec: {
      ...(!wanted.alias && { selector: serverLabel }),
      ports: [
        routesByPath(wanted)
          ? anyPort
          : { name: "http", port: portOf(subject), targetPort: serverPort },
      ],
    },
  };
  // Applied, because a repeated check may not fail on creating it again.
  await api.apply(corePath(context.namespace, "services", name), service, fieldManager);
  await api.apply(routePath(route), routeObject(route), fieldManager);
}

/** A path that no rule is for, unless it is for every path. */
const elsewhere = "/linkerd-topology-verify";

/** Sends the requests of a rule. Returns who answered, or what is wrong. */
async function askRule(
  subject: EntrySubject,
  { match, backends }: ProbeRule,
): Promise<{ readonly words: string } | { readonly trouble: string }> {
  const { context, wanted, name } = subject;
  const { cluster } = wanted;
  const all = new Set(backends.filter(({ weight }) => weight > 0).flatMap((one) => one.clusters));
  const count = all.size > 1 ? requests.shared : requests.alone;
  const query = new URLSearchParams(match?.query).toString();
  const path = match?.path ?? (routesByPath(wanted) ? elsewhere : "/hostname");
  const request: Asked = {
    ...requestOf(
      context,
      { source: cluster, host: name, kind: "gateway" },
      `${path}${query === "" ? "" : `?${query}`}`,
      portOf(subject),
    ),
    method: match?.method,
    headers: Object.entries(match?.headers ?? {}).map(([key, value]) => `${key}: ${value}`),
  };
  const answers = await ask(
    context,
    cluster,
    Array.from({ length: count }, () => request),
    {
      again: false,
    },
  );
  const lost = answers.filter(({ status }) => status !== 200);
  if (lost[0] !== undefined) {
    return { trouble: `${lost.length} of ${count} requests were lost: ${wordsOf(lost[0])}` };
  }
  const by = countBy(
    answers,
    new Map([...context.servers.values()].map((one) => [one.name, one.cluster])),
  );
  const wrong = unfair(by, backends, count);
  if (wrong.length > 0) return { trouble: wrong.join("; ") };
  const told = [...by]
    .sort(([one], [other]) => compare(one, other))
    .map(([one, times]) => `${one} ${times}`)
    .join(", ");
  return { words: `${match === undefined ? "all" : "match"}: ${told}` };
}

function countBy(
  answers: readonly Answered[],
  servers: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const by = new Map<string, number>();
  for (const { body } of answers) {
    const cluster = servers.get(body) ?? body;
    by.set(cluster, (by.get(cluster) ?? 0) + 1);
  }
  return by;
}

/** The clusters that answered too seldom or too often for their weights. */
function unfair(
  by: ReadonlyMap<string, number>,
  backends: readonly ProbeBackend[],
  count: number,
): readonly string[] {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  const share = (those: readonly ProbeBackend[]) =>
    those.reduce((sum, { weight }) => sum + weight, 0) / total;
  const clusters = new Set([...by.keys(), ...backends.flatMap((one) => one.clusters)]);
  return [...clusters].flatMap((cluster) => {
    const leading = backends.filter((one) => one.clusters.includes(cluster));
    // The proxy chooses the member of a federated Service, so no cluster is sure to get a part of that share.
    const [lowest] = fairRange(count, share(leading.filter((one) => one.clusters.length === 1)));
    const [, highest] = fairRange(count, share(leading));
    const seen = by.get(cluster) ?? 0;
    if (lowest <= seen && seen <= highest) return [];
    return [
      `${cluster} answered ${seen} of ${count} requests, and should answer ${lowest} to ${highest}`,
    ];
  });
}
