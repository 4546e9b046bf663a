import type { TrafficPlan } from "../../../planning/plan-types.ts";
import type { Check, Outcome } from "../../checks/check.ts";
import { failed, kubectl, notRun, passed } from "../../checks/check.ts";
import { askDestination } from "../destination.ts";
import type { ProbeContext } from "../probe-context.ts";
import { apiOf, planIn, statusOf } from "../probe-context.ts";

/** The subject of checks of an entry of `traffic` in one cluster. */
export interface EntrySubject {
  readonly context: ProbeContext;
  readonly wanted: TrafficPlan;
  /** Name of the probe's own Service and route. */
  readonly name: string;
}

/** The clients' linkerd-destination knows endpoints of each backend of an entry of `traffic`. */
export const backendsKnown: Check<EntrySubject> = {
  id: "route-backends",
  title: "destination knows where requests go",
  run: async ({ context, wanted }): Promise<Outcome> => {
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
    if (lacking.length === 0) {
      return passed(found.map(({ name, count }) => `${name} ${count}`).join(", "));
    }
    const told = lacking.map(({ name, refusal }) => `${name} (${refusal ?? "no endpoint"})`);
    return failed(
      `${cluster}'s linkerd-destination knows nowhere to send requests for ${told.join(", ")}`,
      `Look for pods that are ready in the clusters of these Services, and with: ${kubectl(status, `-n ${namespace} get services,endpointslices`)}`,
    );
  },
};

function isAny(endpoints: readonly unknown[]): boolean {
  return endpoints.length > 0;
}

/** The Services that requests go to, the clients' own included. */
function backendsOf({ rules }: TrafficPlan): readonly string[] {
  return [...new Set(rules.flatMap(({ backends }) => backends.map(({ service }) => service)))];
}
