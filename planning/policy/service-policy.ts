import { splitSubnets } from "../cidr.ts";
import { groupBy } from "../group.ts";
import { usesGateway } from "../links/links.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../plan-types.ts";
import { listNames, show, toProblems } from "../topology/problem.ts";
import type { Path, Problem, RuleProblem } from "../topology/problem.ts";
import { didYouMean } from "../topology/suggest.ts";
import { type Account, identityOf } from "./identities.ts";

/** A client that can be told from all others: pods of one account in one cluster. */
export interface NamedClient extends Account {
  readonly cluster: string;
}

/** Who may reach a Service. Nobody else may. */
export interface ServicePolicySpec {
  /** The cluster that owns the Service. */
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /**
   * Clients by their own identities: of the Service's own cluster, or of the source of a flat or mixed Link.
   * @default []
   */
  readonly clients?: readonly NamedClient[];
  /**
   * Accepts every client that the cluster's gateway forwards, from any source: it has the gateway's identity.
   * @default false
   */
  readonly throughGateway?: boolean;
}

/** Identities that must come from certain addresses: one way to be accepted. */
export interface Admission {
  /** The clients' cluster (`gateway.cluster` for one named `gateway`), or `gateway`. */
  readonly name: string;
  readonly identities: readonly string[];
  /** CIDRs. Undefined if the cluster's addresses are unknown. */
  readonly networks: readonly string[] | undefined;
}

export type ServicePolicyResult =
  | { readonly ok: true; readonly admissions: readonly Admission[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Name of the admission through the gateway. If a cluster has this name too, its admission gets another one.
 */
const throughGatewayName = "gateway";

/**
 * Plans who may reach a Service, or says why that is impossible. Identities name no cluster, but addresses
 * do: with pod routes, pods keep their address on the way to another cluster. So a client is checked by both.
 */
export function planServicePolicy(plan: Plan, spec: ServicePolicySpec): ServicePolicyResult {
  const problems = [...findProblems(plan, spec)];
  if (problems.length > 0) return { ok: false, problems: toProblems(problems) };
  const { clients = [], throughGateway = false } = spec;
  const byCluster = groupBy(clients, ({ cluster }) => cluster);
  const named = [...byCluster].map(([cluster, accounts]): Admission => {
    const trustDomain = clusterOf(plan, cluster)?.trustDomain ?? plan.trust.domain;
    const identities = accounts.map((account) => identityOf(account, trustDomain));
    return {
      name: cluster === throughGatewayName ? `${cluster}.cluster` : cluster,
      identities: [...new Set(identities)].sort(),
      networks: podsOf(plan, cluster),
    };
  });
  const gateway = clusterOf(plan, spec.cluster)?.gateway;
  if (!throughGateway || gateway === undefined) return { ok: true, admissions: named };
  const through = {
    name: throughGatewayName,
    identities: [gateway.identity],
    networks: podsOf(plan, spec.cluster),
  };
  return { ok: true, admissions: [...named, through] };
}

function* findProblems(plan: Plan, spec: ServicePolicySpec): Iterable<RuleProblem> {
  const names = plan.clusters.map(({ name }) => name);
  const unknown = (name: string, path: Path): RuleProblem => ({
    path,
    message: `${show(name)} is not a cluster of this topology`,
    fix: didYouMean(name, names) ?? `its clusters are ${listNames(names)}`,
  });
  if (!names.includes(spec.cluster)) {
    yield unknown(spec.cluster, ["cluster"]);
    return;
  }
  for (const [index, client] of (spec.clients ?? []).entries()) {
    const path = ["clients", index];
    if (!names.includes(client.cluster)) yield unknown(client.cluster, [...path, "cluster"]);
    else yield* checkWay(plan, spec, client, path);
  }
  const incoming = plan.links.filter(({ target }) => target === spec.cluster);
  if (spec.throughGateway === true && !incoming.some(({ mode }) => usesGateway(mode))) {
    yield {
      path: ["throughGateway"],
      message: `no Link leads through the gateway of ${show(spec.cluster)}`,
      fix: "leave it out, or give the topology a gateway or mixed Link to it",
    };
  }
}

/** Checks whether the client's own identity arrives. */
function* checkWay(
  plan: Plan,
  spec: ServicePolicySpec,
  client: NamedClient,
  path: Path,
): Iterable<RuleProblem> {
  if (client.cluster === spec.cluster) return;
  const link = plan.links.find(
    ({ source, target }) => source === client.cluster && target === spec.cluster,
  );
  const who = `${client.namespace}/${client.serviceAccount} of ${show(client.cluster)}`;
  if (link === undefined) {
    yield {
      path: [...path, "cluster"],
      message: `there is no Link from ${show(client.cluster)} to ${show(spec.cluster)} for ${who} to use`,
      fix: "add such a Link (flat or mixed) to the topology, or leave the client out",
    };
    return;
  }
  const reason = whyThroughGateway(plan, spec, link);
  if (reason === undefined) return;
  yield {
    path,
    message:
      `${who} can't be distinguished from other clients: ${reason}, and traffic through a gateway carries ` +
      "the gateway's identity",
    fix:
      "write throughGateway: true to admit every client that the gateway admits, or export the " +
      "Service by remote discovery or as a federated one, over a flat or mixed Link",
  };
}

/** An export in the topology decides it. A label that a person sets may be any that the Link carries. */
function whyThroughGateway(
  { exports }: Plan,
  { cluster, namespace, service }: ServicePolicySpec,
  { mode, source }: LinkPlan,
): string | undefined {
  if (mode === "gateway") return `the Link from ${show(source)} leads through the gateway`;
  const ways = exports.filter(
    (one) => one.cluster === cluster && one.namespace === namespace && one.service === service,
  );
  return ways.length > 0 && ways.every(({ as }) => as === "gateway")
    ? `${namespace}/${service} is exported through the gateway`
    : undefined;
}

function clusterOf({ clusters }: Plan, name: string): ClusterPlan | undefined {
  return clusters.find((cluster) => cluster.name === name);
}

function podsOf(plan: Plan, name: string): readonly string[] | undefined {
  const subnet = clusterOf(plan, name)?.podSubnet;
  return subnet === undefined ? undefined : splitSubnets(subnet);
}
