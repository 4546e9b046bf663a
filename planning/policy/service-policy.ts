import { splitSubnets } from "../cidr.ts";
import { groupBy } from "../group.ts";
import { usesGateway } from "../links/links.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../plan-types.ts";
import { listNames, show, toProblems } from "../topology/problem.ts";
import type { Path, Problem, RuleProblem } from "../topology/problem.ts";
import { didYouMean } from "../topology/suggest.ts";
import type { Account } from "./identities.ts";
import { identityOf } from "./identities.ts";

/** A client that is told from all others: pods of one account in one cluster. */
export interface NamedClient extends Account {
  readonly cluster: string;
}

/** Who may reach a Service. Everybody else may not. */
export interface ServicePolicySpec {
  /** The cluster that owns the Service. */
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /**
   * Clients by their own identities: of the Service's own cluster, or of the source of a flat or mixed
   * Link. @default []
   */
  readonly clients?: readonly NamedClient[];
  /**
   * Lets in every client, of whatever source, that the cluster's gateway lets through: what comes through
   * it bears the gateway's identity. @default false
   */
  readonly throughGateway?: boolean;
}

/** Identities that have to come from certain addresses: one of the ways to be let in. */
export interface Admission {
  /** Cluster that the clients are of (`gateway.cluster` for one named `gateway`), or `gateway`. */
  readonly name: string;
  readonly identities: readonly string[];
  /** CIDRs; undefined where the cluster's addresses are not known. */
  readonly networks: readonly string[] | undefined;
}

export type ServicePolicyResult =
  | { readonly ok: true; readonly admissions: readonly Admission[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What comes through the gateway has this name; a cluster may have it too, and another one then. */
const throughGatewayName = "gateway";

/**
 * Plans who is let in to a Service, or tells why it can't be done. Identities name no cluster, addresses
 * do: pods keep theirs on the way from one cluster to another where there are pod routes, and so a client
 * is let in by both.
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

/** Whether the client's own identity arrives. */
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

/** Exports that the topology names settle it; a label that a person sets may be any that the Link carries. */
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
