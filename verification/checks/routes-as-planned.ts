import type { RouteStatus } from "../status.ts";
import { type Check, type ClusterSubject, failed, kubectl, notRun, passed } from "./check.ts";

/** Linkerd's conditions for a route that it follows. */
const followed = ["Accepted", "ResolvedRefs"] as const;

/**
 * Requests go where the topology's `traffic` says: the routes are as planned, Linkerd follows them, and there
 * are no others.
 */
export const routesAsPlanned: Check<ClusterSubject> = {
  id: "routes-as-planned",
  title: "requests follow the planned routes",
  applies: ({ status }) => status.reachable && status.routes?.length !== 0,
  run: ({ status }) => {
    const { routes, dataPlane } = status;
    if (routes === undefined) return notRun("the routes can't be listed");
    const problems = routes.flatMap((route) =>
      problemsOf(route, dataPlane === "real").map((problem) => `${nameOf(route)}: ${problem}`),
    );
    const [first] = routes;
    if (problems.length > 0) {
      const namespaces = new Set(routes.map(({ namespace }) => namespace));
      const where = namespaces.size === 1 ? `-n ${first?.namespace ?? ""}` : "--all-namespaces";
      return failed(
        problems.join("; "),
        `\`up\` makes the routes again that are missing or changed. Look with: ${kubectl(status, `${where} get httproutes,grpcroutes -o yaml`)}`,
      );
    }
    const waiting = routes.filter(({ missingServices }) => missingServices.length > 0);
    if (waiting.length === 0) return passed(`${routes.length}`);
    const missing = waiting.flatMap(({ namespace, missingServices }) =>
      missingServices.map((service) => `${namespace}/${service}`),
    );
    const awaited = `waiting for the Service ${[...new Set(missing)].join(", ")}`;
    return waiting.length === routes.length
      ? notRun(awaited)
      : passed(`${routes.length - waiting.length} of ${routes.length}`, awaited);
  },
};

function problemsOf(route: RouteStatus, real: boolean): string[] {
  const { state, kind, name, service, missingServices, unfitServices, serviceAsPlanned } = route;
  const { conditions, serviceProfile, otherRoutes } = route;
  const problems: string[] = [];
  // A route without backends answers its share of the requests with errors.
  if (state === "missing") {
    if (missingServices.length === 0) problems.push(`${kind} ${name} is missing`);
  } else if (missingServices.length > 0) {
    problems.push(`${kind} ${name} leads to ${missingServices.join(", ")}, which is missing`);
  }
  problems.push(...unfitServices);
  if (state !== "missing" && !serviceAsPlanned) {
    problems.push(
      `the Service ${service} is not as planned: it is missing, or lacks annotations for circuit breaking`,
    );
  }
  if (state === "changed") problems.push(`${kind} ${name} is not as planned`);
  // A stand-in for the policy controller writes no conditions.
  if (state !== "missing" && real) {
    for (const type of followed) {
      const condition = conditions.find((one) => one.type === type);
      if (condition?.status === "True") continue;
      const why = condition === undefined ? "not said yet" : (condition.reason ?? condition.status);
      problems.push(`${kind} ${name} is not ${type} (${why})`);
    }
  }
  if (serviceProfile !== undefined) {
    problems.push(`the ServiceProfile ${serviceProfile} comes before the route: delete it`);
  }
  if (otherRoutes.length > 0) {
    problems.push(`${otherRoutes.join(", ")} of somebody else is for the same port`);
  }
  return problems;
}

function nameOf({ namespace, service, port }: RouteStatus): string {
  return `${namespace}/${service}:${port}`;
}
