import { isDeepStrictEqual } from "node:util";
import { groupBy } from "../group.ts";
import { unknownCluster } from "../clusters/rules/unknown-cluster.ts";
import type { ExportedService } from "../exports/exported-service.ts";
import { nameOf } from "../exports/rules/exports.ts";
import { defaults } from "../defaults.ts";
import { areLinksKnown } from "../links/rules/links-known.ts";
import { clusterReferences } from "../links/links.ts";
import { federatedName } from "../names.ts";
import type { TrafficBackendPlan, TrafficPlan } from "../plan-types.ts";
import type { DraftCluster } from "../topology/draft-clusters.ts";
import { listNames, type Path, type RuleProblem, show } from "../topology/problem.ts";
import type { RuleInput } from "../topology/rule-input.ts";
import { didYouMean } from "../topology/suggest.ts";
import type { TrafficSpec } from "../topology.ts";
import { annotationsOf, serviceAnnotationsOf } from "./annotations.ts";
import { type Leading, leadings, leavesChoice, type NamedBackend, weigh } from "./leadings.ts";
import { defaultOpaquePorts, listsPort } from "./opaque-ports.ts";
import { checkEntry } from "./rules.ts";

/** The resolved entries of `traffic`, and what is wrong with them. */
export interface ResolvedTraffic {
  /** One per entry and cluster, in the topology's order. */
  readonly traffic: readonly TrafficPlan[];
  readonly problems: readonly RuleProblem[];
}

/** Finds the Services, local ones and mirrors, that each entry leads to in each cluster of its clients. */
export function resolveTraffic(input: RuleInput): ResolvedTraffic {
  const problems: RuleProblem[] = [];
  const traffic: TrafficPlan[] = [];
  const owners = new Map<string, { readonly plan: TrafficPlan; readonly index: number }[]>();
  for (const [index, draft] of (input.draft.traffic ?? []).entries()) {
    if (draft === undefined) continue;
    // An entry with a part of a wrong shape is left out of the draft as a whole.
    const entry = draft as TrafficSpec;
    const path = ["traffic", index];
    const wrong = [...checkEntry(entry, path), ...checkOpaque(entry, path, input)];
    problems.push(...wrong);
    if (wrong.length > 0 || input.byName.size === 0) continue;
    const resolved = resolveEntry(entry, path, input);
    problems.push(...resolved.problems);
    for (const plan of resolved.traffic) {
      const key = `${plan.cluster} ${plan.namespace} ${plan.service}`;
      const others = owners.get(key) ?? [];
      // The Service of an alias has only that port.
      const first = others.find(
        (other) => other.plan.port === plan.port || other.plan.alias || plan.alias,
      );
      if (first === undefined) {
        const clash = others.find((other) => !breaksAlike(other.plan, plan));
        if (clash !== undefined) {
          problems.push({
            path: [...path, "circuitBreaking"],
            message:
              `in ${show(plan.cluster)} traffic[${clash.index}] breaks the circuits of ${nameOf(plan)} by other ` +
              "settings, and Linkerd has one for all ports of a Service",
            fix: "write the same circuitBreaking in both entries, or { enabled: false } in one of them",
          });
          break;
        }
        owners.set(key, [...others, { plan, index }]);
        traffic.push(plan);
        continue;
      }
      problems.push({
        path,
        message:
          `port ${plan.port} of ${nameOf(plan)} in ${show(plan.cluster)} has an entry already, ` +
          `traffic[${first.index}]`,
        fix: "join the two entries, or say with `in` which clusters each is for",
      });
      break;
    }
  }
  return { traffic, problems };
}

/** On a port that is opaque Linkerd sees no requests, so no route applies. */
function* checkOpaque(
  { port = defaults.trafficPort }: TrafficSpec,
  path: Path,
  { draft }: RuleInput,
): Iterable<RuleProblem> {
  const proxy = draft.linkerd?.values?.controlPlane?.["proxy"] as
    | { readonly opaquePorts?: unknown }
    | null
    | undefined;
  const opaque = proxy?.opaquePorts ?? defaultOpaquePorts;
  if (typeof opaque !== "string" || !listsPort(opaque, port)) return;
  yield {
    path: [...path, "port"],
    message: `Linkerd takes port ${port} for opaque TCP, whose requests it doesn't route`,
    fix: "let clients call another port, or leave it out of linkerd.values.controlPlane.proxy.opaquePorts",
  };
}

function resolveEntry(entry: TrafficSpec, path: Path, input: RuleInput): ResolvedTraffic {
  const rules = leadings(entry, path);
  const named = groupBy(
    rules.flatMap((rule) => rule.backends),
    ({ name }) => name,
  );
  const unknown = [...named.values()].flatMap(([first]) => (first ? checkName(first, input) : []));
  const clients = clusterReferences(entry.in, [...path, "in"]);
  unknown.push(
    ...clients
      .filter(({ name }) => !input.byName.has(name))
      .map((end) => unknownCluster(end, [...input.byName.keys()])),
  );
  // If a Link or an export names an unknown cluster, that is why a backend has no mirror.
  if (unknown.length > 0 || !areLinksKnown(input)) return { traffic: [], problems: unknown };

  const asked = entry.in !== undefined;
  const all = asked
    ? clients.flatMap(({ name, path: at }) => {
        const cluster = input.byName.get(name);
        return cluster ? [{ cluster, at }] : [];
      })
    : [...input.byName.values()].map((cluster) => ({ cluster, at: path }));
  const tried = all.map(({ cluster, at }) => ({
    cluster,
    ...resolveIn(entry, rules, { cluster, at, input }),
  }));
  if (asked) {
    return {
      traffic: tried.flatMap(({ plan }) => plan ?? []),
      problems: tried.flatMap(({ problems }) => problems),
    };
  }
  const able = tried.flatMap(({ plan }) => plan ?? []);
  if (able.length > 0) return { traffic: able, problems: [] };
  const [nearest] = tried.toSorted((a, b) => a.problems.length - b.problems.length);
  return { traffic: [], problems: nearest?.problems ?? [] };
}

function checkName({ name, path }: NamedBackend, { byName }: RuleInput): RuleProblem[] {
  if (reserved.some((one) => one === name)) {
    if (!byName.has(name)) return [];
    return [
      {
        path,
        message: `${show(name)} is the name of a cluster, and in traffic it means another thing`,
        fix: "give the cluster another name",
      },
    ];
  }
  if (byName.has(name)) return [];
  const known = [...reserved, ...byName.keys()];
  return [
    {
      path,
      message: `${show(name)} is neither local, federated nor a cluster of this topology`,
      fix: didYouMean(name, known) ?? `write one of ${listNames(known)}`,
    },
  ];
}

const reserved = ["local", "federated"] as const;

function breaksAlike(one: TrafficPlan, other: TrafficPlan): boolean {
  const [first, second] = [one.serviceAnnotations, other.serviceAnnotations];
  return (
    [first, second].some((set) => Object.keys(set).length === 0) || isDeepStrictEqual(first, second)
  );
}

interface Client {
  readonly cluster: DraftCluster;
  /** Path of the cluster's name, or of the entry. */
  readonly at: Path;
  readonly input: RuleInput;
}

function resolveIn(
  entry: TrafficSpec,
  rules: readonly Leading[],
  client: Client,
): { readonly plan?: TrafficPlan; readonly problems: readonly RuleProblem[] } {
  const { cluster, at } = client;
  const problems = [...checkParent(entry, client)];
  const found = rules.map(({ match, backends, isFailover }) => {
    const services = backends.flatMap((backend): TrafficBackendPlan[] => {
      const service = findBackend(entry, backend, client);
      if (!("message" in service)) return [{ ...service, weight: backend.weight }];
      problems.push(service);
      return [];
    });
    return { match, backends: weigh(services, { isFailover }) };
  });
  if (problems.length === 0 && !leavesChoice(entry, found)) {
    problems.push({
      path: at,
      message: `in ${show(cluster.name)} all requests for ${nameOf(entry)} go to one place`,
      fix: "name another place as well, or leave the cluster out of `in`",
    });
  }
  if (problems.length > 0) return { problems };
  const {
    service,
    namespace,
    port = defaults.trafficPort,
    protocol = defaults.trafficProtocol,
  } = entry;
  return {
    problems,
    plan: {
      cluster: cluster.name,
      namespace,
      service,
      port,
      protocol,
      alias: entry.alias !== undefined,
      annotations: annotationsOf(entry),
      serviceAnnotations: serviceAnnotationsOf(entry),
      rules: found.map(({ match, backends }) => ({ ...(match && { match }), backends })),
    },
  };
}

/** Checks whether clients of the cluster can call a Service of that name. */
function* checkParent(entry: TrafficSpec, { cluster, at, input }: Client): Iterable<RuleProblem> {
  const { service, namespace, alias } = entry;
  const mirror = input.mirrors.find(
    (one) =>
      one.cluster.name === cluster.name && one.namespace === namespace && one.name === service,
  );
  if (mirror !== undefined) {
    yield {
      path: at,
      message: `in ${show(cluster.name)} ${nameOf(entry)} is a mirror, which leads to its target only`,
      fix: "name the Service that clients call, and the mirror's cluster as a place where requests go",
    };
  }
  const own = exportOf(entry, cluster.name, input);
  if (own !== undefined && own.ways.some((way) => way.headless !== undefined))
    yield headless(entry, { name: cluster.name, path: at });
  if (alias === undefined) {
    if (own !== undefined) yield* checkPort(entry, own, at);
    return;
  }
  if (alias === "local" || alias === cluster.name || own !== undefined) {
    yield {
      path: at,
      message: `${show(cluster.name)} has a Service ${nameOf(entry)} of its own, where no alias can be`,
      fix: "leave the cluster out of `in`, or write failover or split in place of alias",
    };
  }
}

type FoundBackend = Omit<TrafficBackendPlan, "weight">;

function findBackend(
  entry: TrafficSpec,
  { name, path }: NamedBackend,
  { cluster, input }: Client,
): FoundBackend | RuleProblem {
  const { service, namespace } = entry;
  if (name === "local" || name === cluster.name) {
    return { kind: "local", service, clusters: [cluster.name] };
  }
  const federated = name === "federated";
  const mirror = input.mirrors.find(
    (one) =>
      one.cluster.name === cluster.name &&
      one.namespace === namespace &&
      (federated
        ? one.kind === "federated" && one.name === federatedName(service)
        : one.kind !== "federated" &&
          one.of.some((of) => of.cluster.name === name && of.service === service)),
  );
  if (mirror === undefined)
    return explainMissing({ service, namespace }, { name, path }, { cluster, input });
  if (mirror.kind === "headless" || mirror.kind === "headless-pod") {
    return headless({ service, namespace }, { name, path });
  }
  for (const { cluster: exporter } of mirror.of) {
    const exported = exportOf({ service, namespace }, exporter.name, input);
    const [problem] = exported === undefined ? [] : checkPort(entry, exported, path);
    if (problem !== undefined) return problem;
  }
  return {
    kind: mirror.kind,
    service: mirror.name,
    clusters: mirror.of.map((of) => of.cluster.name),
  };
}

type ServiceOfEntry = Pick<TrafficSpec, "service" | "namespace">;

function exportOf(
  { service, namespace }: ServiceOfEntry,
  cluster: string,
  { services }: RuleInput,
): ExportedService | undefined {
  return services.find(
    (one) => one.cluster.name === cluster && one.namespace === namespace && one.service === service,
  );
}

function headless(
  of: ServiceOfEntry,
  { name, path }: Pick<NamedBackend, "name" | "path">,
): RuleProblem {
  return {
    path,
    message: `${nameOf(of)} of ${show(name)} is headless, and Linkerd routes no requests to it`,
    fix: "export a Service with a cluster address, or leave the cluster out",
  };
}

/** A route to a port that a Service lacks answers with errors. */
function* checkPort(
  { port = defaults.trafficPort, ...of }: TrafficSpec,
  { cluster, ports }: ExportedService,
  path: Path,
): Iterable<RuleProblem> {
  if (ports === undefined || ports.includes(port)) return;
  yield {
    path,
    message: `${nameOf(of)} of ${show(cluster.name)} has no port ${port}, only ${ports.join(", ")}`,
    fix: `write the port of the Service that clients call, such as port: ${ports[0] ?? port}, or add ${port} to the export's ports`,
  };
}

/** Why a cluster has no mirror to send requests to, and what to add. */
function explainMissing(
  { service, namespace }: ServiceOfEntry,
  { name, path }: Pick<NamedBackend, "name" | "path">,
  { cluster, input }: Pick<Client, "cluster" | "input">,
): RuleProblem {
  const what = nameOf({ service, namespace });
  if (name === "federated") {
    return {
      path,
      message: `in ${show(cluster.name)} there is no federated Service of ${what}`,
      fix: `export its members, such as "- { service: ${service}, namespace: ${namespace}, from: [${cluster.name}], as: federated }"`,
    };
  }
  const links = input.edges.filter((edge) => edge.source === cluster.name && edge.target === name);
  if (links.length === 0) {
    return {
      path,
      message: `no Link leads from ${show(cluster.name)} to ${show(name)}, so its ${what} can't be reached`,
      fix: `add "- { from: ${cluster.name}, to: ${name} }" to links, or say with \`in\` whose clients are meant`,
    };
  }
  const exported = exportOf({ service, namespace }, name, input);
  if (exported === undefined) {
    return {
      path,
      message: `${show(name)} doesn't export ${what}`,
      fix: `add "- { service: ${service}, namespace: ${namespace}, from: ${name} }" to exports`,
    };
  }
  const ways = exported.ways.map(({ as }) => as).join(" and ");
  return {
    path,
    message: `in ${show(cluster.name)} ${what} of ${show(name)}, exported as ${ways}, has no mirror`,
    fix: `let the Link from ${show(cluster.name)} carry it (mode: mixed), export it as gateway too, or end the revocation of its account`,
  };
}
