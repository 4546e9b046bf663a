import type { TrafficPlan } from "../../planning/plan-types.ts";
import type { MatchSpec } from "../../planning/topology.ts";
import { routeKinds, routeName } from "../../linkerd/traffic-objects.ts";
import { kubectl } from "../../verification/checks/check.ts";
import type { ClusterStatus, RouteStatus } from "../../verification/status.ts";
import { answersOf, type Flow } from "../flows.ts";
import type { EntryView, Health } from "../model.ts";

/** An entry of the topology's `traffic`, as the page shows it. */
export function entryView(
  plan: TrafficPlan,
  cluster: ClusterStatus,
  flows: readonly Flow[],
  seconds: ReadonlyMap<string, number>,
): EntryView {
  const { namespace, service, port, protocol } = plan;
  const status = cluster.routes?.find(
    (one) => one.namespace === namespace && one.service === service && one.port === port,
  );
  const called = flows.filter(
    (flow) =>
      flow.source === plan.cluster &&
      flow.service === `${namespace}/${service}` &&
      (flow.port ?? port) === port,
  );
  const [answers] = answersOf(called, seconds);
  const { kind } = routeKinds[protocol];
  return {
    id: `${plan.cluster}: ${namespace}/${service}:${port}`,
    cluster: plan.cluster,
    namespace,
    service,
    port,
    kind,
    health: healthOf(status),
    rules: plan.rules.map(({ match, backends }) => {
      const weights = backends.reduce((sum, { weight }) => sum + weight, 0);
      return {
        ...(match !== undefined && { match: wordsOf(match) }),
        backends: backends.map((backend) => ({
          service: backend.service,
          clusters: backend.clusters,
          part: weights === 0 ? 0 : backend.weight / weights,
        })),
      };
    }),
    ...(answers && { answers }),
    commands: [
      {
        what: "The route",
        line: kubectl(
          cluster,
          `-n ${namespace} get ${kind.toLowerCase()} ${routeName(plan)} -o yaml`,
        ),
      },
    ],
  };
}

function healthOf(status: RouteStatus | undefined): Health {
  if (status === undefined) return "unknown";
  const { state, missingServices, unfitServices, serviceAsPlanned, conditions } = status;
  const followed = conditions.every((condition) => condition.status === "True");
  return state === "as planned" &&
    missingServices.length === 0 &&
    unfitServices.length === 0 &&
    serviceAsPlanned &&
    followed
    ? "well"
    : "failing";
}

function wordsOf({ headers = {}, path, query = {}, method, grpcService }: MatchSpec): string {
  return [
    ...(method === undefined ? [] : [`method ${method}`]),
    ...(path === undefined ? [] : [`path ${path}`]),
    ...(grpcService === undefined ? [] : [`service ${grpcService}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...Object.entries(query).map(([name, value]) => `${name}=${value}`),
  ].join(", ");
}
