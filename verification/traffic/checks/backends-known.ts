import type { Endpoints } from "../../../kubernetes/objects.ts";
import { getIfThere } from "../../../kubernetes/optional.ts";
import { corePath } from "../../../linkerd/names.ts";
import type { TrafficPlan } from "../../../planning/plan-types.ts";
import { type Check, failed, kubectl, notRun, type Outcome, passed } from "../../checks/check.ts";
import { askDestination } from "../destination.ts";
import { apiOf, planIn, type ProbeContext, statusOf } from "../probe-context.ts";

/** The subject of checks of an entry of `traffic` in one cluster. */
export interface EntrySubject {
  readonly context: ProbeContext;
  readonly wanted: TrafficPlan;
  /** Name of the probe's own Service and route. */
  readonly name: string;
}

/**
 * The clients' linkerd-destination knows endpoints of each backend of an entry of `traffic`. A place whose
 * Service has no ready pods isn't missing: somebody may have scaled it down, and requests go elsewhere.
 */
export const backendsKnown: Check<EntrySubject> = {
  id: "route-backends",
  title: "destination knows where requests go",
  run: async (subject): Promise<Outcome> => {
    const { context, wanted } = subject;
    const { cluster, namespace, service, port } = wanted;
    const status = statusOf(context, cluster);
    const route = status.routes?.find(
      (one) => one.namespace === namespace && one.service === service && one.port === port,
    );
    if (route === undefined) return notRun("the routes can't be listed");
    if (route.missingServices.length > 0) {
      return notRun(`waiting for the Service ${route.missingServices.join(", ")}`);
    }
    const domain = `${namespace}.svc.${planIn(context.plan, cluster).clusterDomain}`;
    const found = await Promise.all(
      backendsOf(wanted).map(async (name) => {
        const authority = `${name}.${domain}:${port}`;
        const view = await askDestination(apiOf(context, cluster), authority, isAny);
        const { endpoints, refusal } = view;
        return { name, count: endpoints.length, refusal };
      }),
    );
    const lacking = found.filter(({ count }) => count === 0);
    const detail = found.map(({ name, count }) => `${name} ${count}`).join(", ");
    if (lacking.length === 0) return passed(detail);
    const known = new Set(found.flatMap(({ name, count }) => (count > 0 ? [name] : [])));
    const answered = wanted.rules.every(({ backends }) =>
      backends.some((one) => one.weight > 0 && known.has(one.service)),
    );
    const awaited = await Promise.all(lacking.map(({ name }) => clustersWithPods(subject, name)));
    if (answered && awaited.every((clusters) => clusters.length === 0)) {
      const names = lacking.map(({ name }) => name).join(", ");
      return passed(detail, `${names}: no ready pods there, so requests go to the other places`);
    }
    const told = lacking.map(({ name, refusal }, index) => {
      const where = awaited[index] ?? [];
      const pods = where.length === 0 ? "" : `; pods are ready in ${where.join(", ")}`;
      return `${name} (${refusal ?? "no endpoint"}${pods})`;
    });
    return failed(
      `${cluster}'s linkerd-destination knows nowhere to send requests for ${told.join(", ")}`,
      `Look for pods that are ready in the clusters of these Services, and with: ${kubectl(status, `-n ${namespace} get services,endpointslices`)}`,
    );
  },
};

/** The clusters behind a place of an entry in which its Service has ready pods. */
async function clustersWithPods(
  { context, wanted }: EntrySubject,
  backend: string,
): Promise<readonly string[]> {
  const { namespace, service, rules } = wanted;
  const named = rules.flatMap(({ backends }) => backends.filter((one) => one.service === backend));
  const clusters = [...new Set(named.flatMap((one) => one.clusters))];
  const found = await Promise.all(
    clusters.map(async (cluster) => {
      const path = corePath(namespace, "endpoints", service);
      const endpoints = await getIfThere<Endpoints>(apiOf(context, cluster), path);
      const ready = (endpoints?.subsets ?? []).some(({ addresses = [] }) => addresses.length > 0);
      return ready ? [cluster] : [];
    }),
  );
  return found.flat();
}

function isAny(endpoints: readonly unknown[]): boolean {
  return endpoints.length > 0;
}

/** The Services that requests go to, the clients' own included. */
function backendsOf({ rules }: TrafficPlan): readonly string[] {
  return [...new Set(rules.flatMap(({ backends }) => backends.map(({ service }) => service)))];
}
