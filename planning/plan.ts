import { formatBlock } from "./cidr.ts";
import { containerdPatchRules } from "./clusters/rules/containerd-patches.ts";
import { divideNetwork } from "./docker/network.ts";
import { planClusters } from "./clusters/plan.ts";
import { planExports, planMirrors } from "./exports/plan.ts";
import { planLinkerd } from "./linkerd/plan.ts";
import { planLinks } from "./links/plan.ts";
import { planObservability } from "./observability/plan.ts";
import { observabilityRules } from "./observability/rules.ts";
import { planTrust } from "./trust/plan.ts";
import { dockerNetworkName } from "./names.ts";
import type { Plan } from "./plan-types.ts";
import { type Problem, TopologyError, toProblems } from "./topology/problem.ts";
import { accessRules } from "./access/rules.ts";
import { adoptionRules } from "./adoption/rules.ts";
import { clusterRules } from "./clusters/rules/clusters.ts";
import { dockerRules } from "./docker/rules.ts";
import { exportRules } from "./exports/rules/exports.ts";
import { gatewayRules } from "./clusters/rules/gateways.ts";
import { linkRules } from "./links/rules/links.ts";
import { linkerdRules } from "./linkerd/rules.ts";
import { mirrorRules } from "./exports/rules/mirrors.ts";
import { namesakeRules } from "./exports/rules/namesakes.ts";
import { nameRule } from "./topology/name-rule.ts";
import { kindOptionRules } from "./clusters/rules/kind-options.ts";
import { nodeRules } from "./clusters/rules/nodes.ts";
import { overlapRules } from "./clusters/rules/overlaps.ts";
import { selectorRules } from "./links/rules/selectors.ts";
import { subnetRules } from "./clusters/rules/subnets.ts";
import { anchorRules } from "./trust/rules/anchors.ts";
import { type CertificateContext, certificateRules } from "./trust/rules/certificates.ts";
import { type KubeconfigContext, kubeconfigRules } from "./clusters/rules/kubeconfigs.ts";
import { issuerRules } from "./trust/rules/issuers.ts";
import { trustRules } from "./trust/rules/trust.ts";
import { type Rule, ruleInput, type RuleInput } from "./topology/rule-input.ts";
import { resolveTraffic } from "./traffic/resolve.ts";
import { readShape } from "./topology/shape.ts";
import type { Sources } from "./sources/sources.ts";
import type { Topology } from "./topology.ts";

/** What a plan depends on besides the topology itself. */
export interface PlanContext {
  /** Name of a topology that has none, which is the stack's. */
  readonly name: string;
  /** The topology's file, for messages. */
  readonly from?: string;
  /**
   * Where images come from. Paths are used unchanged.
   * @default the public registries, as far as is known
   */
  readonly sources?: Sources;
  /**
   * For checking the topology's certificates and keys: reads a file that the topology names, and tells the
   * time. @default neither the contents of the files nor their validity is checked
   */
  readonly certificates?: CertificateContext;
  /**
   * For reading the kubeconfigs of existing clusters. @default they aren't read: a program may write them
   * itself
   */
  readonly kubeconfigs?: KubeconfigContext;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const rules: readonly Rule[] = [
  nameRule,
  clusterRules,
  nodeRules,
  kindOptionRules,
  containerdPatchRules,
  subnetRules,
  overlapRules,
  dockerRules,
  gatewayRules,
  linkRules,
  selectorRules,
  exportRules,
  mirrorRules,
  namesakeRules,
  accessRules,
  linkerdRules,
  trustRules,
  anchorRules,
  issuerRules,
  observabilityRules,
  adoptionRules,
];

/**
 * Plans a topology, or returns everything that is wrong with it. A pure function: the same topology gives the
 * same plan, and nothing is looked up.
 *
 * @param input - a `Topology`, or anything else that somebody wrote; it never makes this throw
 *
 * @example
 * ```ts
 * const result = plan({ clusters: [{ name: "west" }] }, { name: "lab" });
 * if (!result.ok) console.error(result.problems.map(formatProblem).join("\n"));
 * ```
 */
export function plan(input: unknown, context: PlanContext): PlanResult {
  const { draft, problems } = readShape(input);
  const checked = ruleInput(draft, context.name, context.sources);
  for (const rule of rules) for (const problem of rule(checked)) problems.push(problem);
  const { traffic, problems: ofTraffic } = resolveTraffic(checked);
  problems.push(...ofTraffic);
  problems.push(...certificateRules(checked, context.certificates));
  problems.push(...kubeconfigRules(checked, context.kubeconfigs));
  if (problems.length > 0) return { ok: false, problems: toProblems(problems) };
  // Without problems the draft is complete: the schema's output is a Topology.
  return { ok: true, plan: makePlan(draft as Topology, { ...checked, traffic }, context) };
}

/**
 * Plans what already exists, even if a rule would refuse it. Only input without the shape of a topology has
 * no plan.
 */
export function planAsFound(
  input: unknown,
  context: PlanContext,
): { readonly plan: Plan | undefined; readonly problems: readonly Problem[] } {
  const result = plan(input, context);
  if (result.ok) return { plan: result.plan, problems: [] };
  const { draft, problems } = readShape(input);
  if (problems.length > 0) return { plan: undefined, problems: result.problems };
  const checked = ruleInput(draft, context.name);
  const { traffic } = resolveTraffic(checked);
  const found = makePlan(draft as Topology, { ...checked, traffic }, context);
  return { plan: found, problems: result.problems };
}

/**
 * {@link plan} for programs that can't continue without a plan.
 *
 * @throws TopologyError that lists every problem
 */
export function planOrThrow(input: unknown, context: PlanContext): Plan {
  const result = plan(input, context);
  if (!result.ok) throw new TopologyError(result.problems, context.from);
  return result.plan;
}

function planDockerNetwork(topologyName: string, subnet: string | undefined): Plan["network"] {
  const nodes = divideNetwork(subnet)?.nodes;
  return { name: dockerNetworkName(topologyName), subnet, nodeRange: nodes && formatBlock(nodes) };
}

function makePlan(
  topology: Topology,
  input: RuleInput & Pick<Plan, "traffic">,
  context: PlanContext,
): Plan {
  const name = topology.name ?? context.name;
  const clusters = planClusters(name, topology, input.edges, context.sources);
  const mirrors = planMirrors(input.mirrors);
  const observability = planObservability(topology, clusters, mirrors);
  return {
    name,
    ...(topology.adopt === true && { adopted: true }),
    ...(topology.protect === true && { protect: true }),
    network: planDockerNetwork(name, topology.docker?.subnet),
    clusters,
    links: planLinks(topology, input.edges, clusters),
    exports: planExports(input.services),
    mirrors,
    traffic: input.traffic,
    linkerd: planLinkerd(topology.linkerd, context.sources?.linkerdVersion),
    trust: planTrust(topology.trust),
    ...(observability && { observability }),
  };
}
