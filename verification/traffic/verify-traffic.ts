import type { TrafficOptions } from "./options.ts";
import { randomBytes } from "node:crypto";
import type { LinkPlan } from "../../planning/plan-types.ts";
import { type Check, type CheckResult, notRun } from "../checks/check.ts";
import { type About, runCheck } from "../checks/run-check.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { Mesh } from "../observe.ts";
import type { MeshStatus } from "../status.ts";
import { backendsKnown, type EntrySubject } from "./checks/backends-known.ts";
import { credentialsAccepted } from "./checks/credentials-accepted.ts";
import { endpointsKnown } from "./checks/endpoints-known.ts";
import { mirrorAppears } from "./checks/mirror-appears.ts";
import { noWayWithoutLink } from "./checks/no-way-without-link.ts";
import { nothingBeforeExport } from "./checks/nothing-before-export.ts";
import { requestsFollow } from "./checks/requests-follow.ts";
import { requestsMove } from "./checks/requests-move.ts";
import { trafficArrives } from "./checks/traffic-arrives.ts";
import type { Route } from "./probe-plan.ts";
import { dataPlaneOf, type ProbeContext } from "./probe-context.ts";
import { ProbeWorkloads } from "./probe-workloads.ts";

/**
 * Sends requests over every Link, in every way that it carries exports. The pods at both ends are its own, in
 * a namespace of its own in every cluster, and it removes them whatever happens. It begins with the requests
 * that must fail, then exports, then sends those that must succeed.
 *
 * @param status of the mesh, observed just before
 * @returns a result for each check, in the order of clusters, Links and kinds of export. A check whose
 *   premise doesn't hold is `not run`.
 * @param open how to connect to clusters
 * @throws the signal's reason, once it is aborted
 */
export async function verifyTraffic(
  mesh: Mesh,
  status: MeshStatus,
  options: TrafficOptions = {},
  open: typeof connect = connect,
): Promise<readonly CheckResult[]> {
  const probeWorkloads = await ProbeWorkloads.open(
    mesh,
    status,
    randomBytes(4).toString("hex"),
    options,
    open,
  );
  const tell = (results: readonly CheckResult[]): readonly CheckResult[] => {
    for (const result of results) options.onResult?.(result);
    return results;
  };
  let results: readonly CheckResult[] = [];
  let removed: readonly CheckResult[] = [];
  try {
    const workloads = (await probeWorkloads.setUp()).map((result) => tell([result])).flat();
    options.signal?.throwIfAborted();
    results = [...workloads, ...(await askEverything(probeWorkloads, tell, options))];
  } finally {
    removed = await probeWorkloads.remove();
  }
  options.signal?.throwIfAborted();
  return [...results, ...tell(removed)];
}

type Tell = (results: readonly CheckResult[]) => readonly CheckResult[];

async function askEverything(
  probeWorkloads: ProbeWorkloads,
  tell: Tell,
  { drill = false }: TrafficOptions,
): Promise<readonly CheckResult[]> {
  const { context } = probeWorkloads;
  const links = context.plan.links.filter(({ access }) => !access.revoked);
  const { routes, unlinkedPairs } = context.probes;
  // They start here, and nothing that follows asks for them.
  const credentials = links.map(async (link) => tell(await credentialsOf(context, link)));
  // They are awaited at the end, which may not be reached.
  for (const asked of credentials) asked.catch(() => undefined);
  const controls = await Promise.all(
    routes.map(async (route) =>
      tell(await one(nothingBeforeExport(route.kind), { context, route }, route, context)),
    ),
  );
  await probeWorkloads.export();
  const traffic = await askRoutes(context, routes, tell);
  const entries = await askEntries(context, tell);
  const apart = await Promise.all(
    unlinkedPairs.map(async (pair) =>
      tell(
        await runCheck(
          noWayWithoutLink,
          { context, pair },
          about(context, `${pair.source} → ${pair.target}`, [pair.source, pair.target]),
        ),
      ),
    ),
  );
  const accepted = (await Promise.all(credentials)).flat();
  // It takes the probes away, so it comes last.
  const moved = drill ? await moveEntries(context, tell) : [];
  return [
    ...accepted,
    ...routes.flatMap((_, index) => [...(controls[index] ?? []), ...(traffic[index] ?? [])]),
    ...entries,
    ...apart.flat(),
    ...moved,
  ];
}

async function credentialsOf(
  context: ProbeContext,
  link: LinkPlan,
): Promise<readonly CheckResult[]> {
  const { source, target } = link;
  return runCheck(
    credentialsAccepted,
    { context, link },
    about(context, `${source} → ${target}`, [source, target]),
  );
}

/** Checks where the entries of `traffic` lead, cluster by cluster, after the mirrors that they lead to. */
async function askEntries(context: ProbeContext, tell: Tell): Promise<readonly CheckResult[]> {
  const results = await Promise.all(
    entriesOf(context).map(async ({ subject, of }) =>
      context.lanes.clusters(async () => [
        ...tell(await runCheck(backendsKnown, subject, of)),
        ...tell(await runCheck(requestsFollow, subject, of)),
      ]),
    ),
  );
  return results.flat();
}

/** One entry after the other, because they share the probes. */
async function moveEntries(context: ProbeContext, tell: Tell): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { subject, of } of entriesOf(context)) {
    results.push(...tell(await runCheck(requestsMove, subject, of)));
  }
  return results;
}

function entriesOf(
  context: ProbeContext,
): readonly { readonly subject: EntrySubject; readonly of: About }[] {
  return context.plan.traffic.map((wanted, index) => {
    const { cluster, namespace, service, port, rules } = wanted;
    const targets = rules.flatMap(({ backends }) => backends.flatMap((one) => one.clusters));
    return {
      subject: { context, wanted, name: `route-${index}` },
      of: about(context, `${cluster}: ${namespace}/${service}:${port}`, [cluster, ...targets]),
    };
  });
}

/**
 * A few sources at a time. A wait's limit begins when its source is asked, and simultaneous questions to one
 * source share a command.
 */
async function askRoutes(
  context: ProbeContext,
  routes: readonly Route[],
  tell: Tell,
): Promise<readonly (readonly CheckResult[])[]> {
  const sources = [...new Set(routes.map(({ source }) => source))];
  const results = new Map<Route, readonly CheckResult[]>();
  await Promise.all(
    sources.map((source) =>
      context.lanes.clusters(() =>
        Promise.all(
          routes
            .filter((route) => route.source === source)
            .map(async (route) => results.set(route, await askRoute(context, route, tell))),
        ),
      ),
    ),
  );
  return routes.map((route) => results.get(route) ?? []);
}

/** Each check rests on the one before. */
async function askRoute(
  context: ProbeContext,
  route: Route,
  tell: Tell,
): Promise<readonly CheckResult[]> {
  const subject = { context, route };
  const mirror = await one(mirrorAppears(route.kind), subject, route, context);
  tell(mirror);
  const [{ state } = { state: "not run" }] = mirror;
  if (state !== "passed") {
    const why = state === "failed" ? "its mirror is not as planned" : "it could not be exported";
    const rest = [endpointsKnown(route.kind), trafficArrives(route.kind)].map((check) =>
      one({ ...check, run: () => notRun(why) }, subject, route, context),
    );
    return [...mirror, ...tell((await Promise.all(rest)).flat())];
  }
  // A proxy asks linkerd-destination itself: traffic may flow even if the answer to this question is wrong.
  const rest = await Promise.all(
    [endpointsKnown(route.kind), trafficArrives(route.kind)].map(async (check) =>
      tell(await one(check, subject, route, context)),
    ),
  );
  return [...mirror, ...rest.flat()];
}

async function one<Subject>(
  check: Check<Subject>,
  subject: Subject,
  { kind, source, members, links }: Route,
  context: ProbeContext,
): Promise<readonly CheckResult[]> {
  const targets = kind === "federated" ? links.map(({ target }) => target) : members;
  const name = `${source} → ${targets.join(", ")}`;
  return runCheck(check, subject, about(context, name, [source, ...targets]));
}

function about(context: ProbeContext, name: string, clusters: readonly string[]): About {
  return { name, group: "traffic", dataPlane: dataPlaneOf(context, clusters) };
}
