import pLimit from "p-limit";
import { compare } from "../../../planning/compare.ts";
import { corePath, fieldManager, proxyAdminPort } from "../../../linkerd/names.ts";
import { inboundRequests } from "../../../linkerd/signals/inbound-requests.ts";
import { routeObject, routePath } from "../../../linkerd/traffic-objects.ts";
import type {
  RoutePlan,
  TrafficBackendPlan,
  TrafficRulePlan,
} from "../../../planning/plan-types.ts";
import { type Check, failed, kubectl, notRun, type Outcome, passed } from "../../checks/check.ts";
import { ask, wordsOf } from "../ask.ts";
import type { Asked, Answered } from "../asked.ts";
import { fairRange } from "../fair-range.ts";
import { furtherPort, furtherServerFor, grpcServer } from "../further-servers.ts";
import { serverLabel, serverPort } from "../names.ts";
import type { RouteKind } from "../probe-plan.ts";
import { servicePort } from "../objects.ts";
import { requestOf } from "../request.ts";
import { apiOf, lackingOf, type ProbeContext, settled, statusOf } from "../probe-context.ts";
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
  const what = `waiting for requests of ${name} to go where they should`;
  const look = await settled<string>(context, "trafficArrives", what, async () => {
    const seen: string[] = [];
    for (const rule of rules) {
      const outcome = await askRule(subject, rule);
      if ("trouble" in outcome) return { done: false, seen: outcome.trouble };
      seen.push(outcome.words);
    }
    return { done: true, value: seen.join("; ") };
  });
  if (look.done) return passed(look.value);
  const status = statusOf(context, wanted.cluster);
  return failed(
    look.seen,
    `Look at what Linkerd says of the entry's own route: ${kubectl(status, `-n ${wanted.namespace} get httproutes -o yaml`)}`,
  );
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
 * and a rule for every path leaves no request for the rule without a match. The probes implement gRPC's health
 * service, so a call of it without a message counts as a failure.
 */
export function isAskable({ match }: ProbeRule, rules: readonly ProbeRule[]): boolean {
  if (match === undefined) return !rules.some((other) => isForEveryPath(other.match));
  return (
    match.method !== "HEAD" &&
    match.method !== "CONNECT" &&
    match.grpcService !== "grpc.health.v1.Health"
  );
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

/** Port of the probe's own Service. */
function portOf({ wanted }: EntrySubject): number {
  return furtherServerFor(wanted)?.port ?? servicePort(false);
}

/** It is removed together with the namespace. */
export async function makeRoute(subject: EntrySubject, rules: readonly ProbeRule[]): Promise<void> {
  const { context, wanted, name } = subject;
  const api = apiOf(context, wanted.cluster);
  const further = furtherServerFor(wanted);
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
        further
          ? furtherPort(further)
          : { name: "http", port: portOf(subject), targetPort: serverPort },
      ],
    },
  };
  // Applied, because a repeated check may not fail on creating it again.
  await api.apply(corePath(context.namespace, "services", name), service, fieldManager);
  await api.apply(routePath(route), routeObject(route), fieldManager);
}

/** A path and a gRPC service that no rule is for, unless it is for every path. */
const elsewhere = { path: "/linkerd-topology-verify", grpcService: "linkerd.topology.Verify" };

/** Cluster → how many of the requests it answered. */
type Counts = ReadonlyMap<string, number>;

/** Sends the requests of a rule. Returns who answered, or what is wrong. */
async function askRule(
  subject: EntrySubject,
  { match, backends }: ProbeRule,
): Promise<{ readonly words: string } | { readonly trouble: string }> {
  const all = new Set(backends.filter(({ weight }) => weight > 0).flatMap((one) => one.clusters));
  const count = all.size > 1 ? requests.shared : requests.alone;
  const request = requestFor(subject, match);
  const send = request.grpc === true ? askGrpc : askHttp;
  const by = await send(
    subject,
    Array.from({ length: count }, () => request),
  );
  if (typeof by === "string") return { trouble: by };
  const wrong = unfair(by, backends, count);
  if (wrong.length > 0) return { trouble: wrong.join("; ") };
  const told = [...by]
    .filter(([, times]) => times > 0)
    .sort(([one], [other]) => compare(one, other))
    .map(([one, times]) => `${one} ${times}`)
    .join(", ");
  return { words: `${match === undefined ? "all" : "match"}: ${told}` };
}

function requestFor(subject: EntrySubject, match: ProbeRule["match"]): Asked {
  const { context, wanted, name } = subject;
  const grpc = wanted.protocol === "grpc";
  const query = new URLSearchParams(match?.query).toString();
  const path = grpc
    ? `/${match?.grpcService ?? elsewhere.grpcService}/${match?.method ?? "Ask"}`
    : (match?.path ?? (furtherServerFor(wanted) ? elsewhere.path : "/hostname"));
  const way = { source: wanted.cluster, host: name, kind: "gateway" } as const;
  return {
    ...requestOf(context, way, `${path}${query === "" ? "" : `?${query}`}`, portOf(subject)),
    ...(grpc ? { grpc } : { method: match?.method }),
    headers: Object.entries(match?.headers ?? {}).map(([key, value]) => `${key}: ${value}`),
  };
}

/** Who answered, or what was lost. The answers hold the names of the servers. */
async function askHttp(
  { context, wanted: { cluster } }: EntrySubject,
  asked: readonly Asked[],
): Promise<Counts | string> {
  const answers = await ask(context, cluster, asked, { again: false });
  return (
    lost(answers, ({ status }) => status === 200) ??
    countBy(answers, new Map([...context.servers.values()].map((one) => [one.name, one.cluster])))
  );
}

/** Entries are asked at once, and the proxies' counters don't say for which of them. */
const oneByOne = pLimit(1);

/**
 * Who answered, or what was lost. The servers know no method that is called, and their answers don't say who
 * sent them: the servers' proxies have counted the requests.
 */
async function askGrpc(
  { context, wanted: { cluster } }: EntrySubject,
  asked: readonly Asked[],
): Promise<Counts | string> {
  return oneByOne(async () => {
    const before = await grpcCounts(context);
    const answers = await ask(context, cluster, asked, { again: false });
    const trouble = lost(
      answers,
      ({ status, body }) => status === 200 && body.startsWith(`${unimplemented} `),
    );
    if (trouble !== undefined) return trouble;
    const after = await grpcCounts(context);
    const by = new Map([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]));
    const counted = [...by.values()].reduce((sum, count) => sum + count, 0);
    return counted === asked.length
      ? by
      : `the proxies of the probes counted ${counted} of ${asked.length} requests`;
  });
}

/** gRPC's status for a method that the server doesn't know. */
const unimplemented = 12;

/** Cluster → the calls of gRPC that the proxy of its server has passed on. */
async function grpcCounts(context: ProbeContext): Promise<Counts> {
  const counts = [...context.servers].map(async ([cluster, { name }]) => {
    const api = apiOf(context, cluster);
    const metrics = await api.podText(context.namespace, name, proxyAdminPort, "/metrics");
    return [cluster, inboundRequests(metrics, grpcServer.serverPort)] as const;
  });
  return new Map(await Promise.all(counts));
}

function lost(
  answers: readonly Answered[],
  isGood: (answered: Answered) => boolean,
): string | undefined {
  const bad = answers.filter((answered) => !isGood(answered));
  return bad[0] && `${bad.length} of ${answers.length} requests were lost: ${wordsOf(bad[0])}`;
}

function countBy(answers: readonly Answered[], servers: ReadonlyMap<string, string>): Counts {
  const by = new Map<string, number>();
  for (const { body } of answers) {
    const cluster = servers.get(body) ?? body;
    by.set(cluster, (by.get(cluster) ?? 0) + 1);
  }
  return by;
}

/** The clusters that answered too seldom or too often for their weights. */
function unfair(by: Counts, backends: readonly ProbeBackend[], count: number): readonly string[] {
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
