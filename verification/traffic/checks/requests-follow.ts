import { compare } from "../../../planning/compare.ts";
import { TimeLimitReached, waitFor } from "../../../kubernetes/wait.ts";
import { corePath, fieldManager } from "../../../linkerd/names.ts";
import { routeObject, routePath } from "../../../linkerd/traffic-objects.ts";
import type { RouteWanted } from "../../../linkerd/traffic-objects.ts";
import type { TrafficBackendPlan, TrafficRulePlan } from "../../../planning/plan-types.ts";
import type { Check, Outcome } from "../../checks/check.ts";
import { failed, kubectl, notRun, passed } from "../../checks/check.ts";
import { ask, wordsOf } from "../ask.ts";
import type { Asked, Answered } from "../asked.ts";
import { fairRange } from "../fair-range.ts";
import { serverLabel, serverPort } from "../names.ts";
import type { RouteKind } from "../probe-plan.ts";
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
    const { context, wanted, name } = subject;
    const { cluster, protocol } = wanted;
    if (protocol === "grpc") return notRun("the probes speak no gRPC");
    const clusters = wanted.rules.flatMap(({ backends }) =>
      backends.flatMap((one) => one.clusters),
    );
    const lacking = lackingOf(context, [cluster, ...clusters]);
    if (lacking.length > 0) return notRun(`the probes of ${lacking.join(", ")} don't run`);
    const rules = wanted.rules.map((rule) => probeRule(subject, rule));
    if (rules.some((rule) => rule === undefined)) {
      return notRun("no probe is exported the way that the places of the entry are");
    }
    const known = rules.flatMap((rule) => rule ?? []);
    const asked = known.filter(
      ({ match }) => match?.path === undefined && match?.method === undefined,
    );
    if (asked.length === 0) return notRun("the probes don't ask by path or method");
    await makeRoute(subject, known);
    const left = known.length - asked.length;
    try {
      const words = await waitFor({
        what: `waiting for requests of ${name} to go where they should`,
        limit: limitOf(context, "trafficArrives"),
        twice: true,
        look: async () => {
          const seen: string[] = [];
          for (const rule of asked) {
            const outcome = await askRule(subject, rule);
            if ("trouble" in outcome) return { done: false, seen: outcome.trouble };
            seen.push(outcome.words);
          }
          return { done: true, value: seen.join("; ") };
        },
        further: "",
        signal: context.signal,
      });
      return passed(left === 0 ? words : `${words}; ${left} by path or method not asked`);
    } catch (error) {
      if (!(error instanceof TimeLimitReached)) throw error;
      return failed(
        error.seen,
        `Look at what Linkerd says of the entry's own route: ${kubectl(statusOf(context, cluster), `-n ${wanted.namespace} get httproutes -o yaml`)}`,
      );
    }
  },
};

/** A rule of the probe's own route. */
interface ProbeRule {
  readonly match?: NonNullable<TrafficRulePlan["match"]>;
  readonly backends: readonly ProbeBackend[];
}

type ProbeBackend = Pick<TrafficBackendPlan, "service" | "clusters" | "weight">;

const probeKinds: Readonly<Record<TrafficBackendPlan["kind"], RouteKind | undefined>> = {
  local: undefined,
  gateway: "gateway",
  "remote-discovery": "flat",
  federated: "federated",
};

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

/** It is removed together with the namespace. */
async function makeRoute(
  { context, wanted, name }: EntrySubject,
  rules: readonly ProbeRule[],
): Promise<void> {
  const api = apiOf(context, wanted.cluster);
  const route: RouteWanted = {
    namespace: context.namespace,
    service: name,
    port: 80,
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
      ports: [{ name: "http", port: 80, targetPort: serverPort }],
    },
  };
  // Applied, because a repeated check may not fail on creating it again.
  await api.apply(corePath(context.namespace, "services", name), service, fieldManager);
  await api.apply(routePath(route), routeObject(route), fieldManager);
}

/** Sends the requests of a rule. Returns who answered, or what is wrong. */
async function askRule(
  { context, wanted: { cluster }, name }: EntrySubject,
  { match, backends }: ProbeRule,
): Promise<{ readonly words: string } | { readonly trouble: string }> {
  const all = new Set(backends.filter(({ weight }) => weight > 0).flatMap((one) => one.clusters));
  const count = all.size > 1 ? requests.shared : requests.alone;
  const query = new URLSearchParams(match?.query).toString();
  const request: Asked = {
    ...requestOf(
      context,
      { source: cluster, host: name, kind: "gateway" },
      `/hostname${query === "" ? "" : `?${query}`}`,
    ),
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
