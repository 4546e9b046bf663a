import type { ExportedService, ExportWay } from "../exported-service.ts";
import { carries } from "../../links/selectors.ts";
import { haveRoutes } from "../../links/links.ts";
import { type RuleProblem, show } from "../../topology/problem.ts";
import type { DraftEdge } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";

/**
 * Explains that no Link carries an export. Linkerd would never report it: the Service has its label, and no
 * mirror appears.
 */
export function explainUncarried(
  { cluster, service, namespace }: ExportedService,
  { as, path }: ExportWay,
  { edges, clusters }: RuleInput,
): RuleProblem {
  const incoming = edges.filter((edge) => edge.target === cluster.name);
  const what = `no Link carries ${show(`${namespace}/${service}`)} of ${show(cluster.name)} as ${as}`;
  if (incoming.length === 0) {
    const source = clusters.find(
      (other) => other.name !== cluster.name && (as === "gateway" || haveRoutes(other, cluster)),
    );
    return {
      path,
      message: `${what}: none leads to ${show(cluster.name)}`,
      fix: `write one, such as "- { from: ${source?.name ?? "west"}, to: ${cluster.name} }"`,
    };
  }
  return {
    path,
    message: `${what}: ${listLinks(incoming)} to ${show(cluster.name)}, and ${needs(as)}`,
    fix: mend(as, incoming),
  };
}

function listLinks(edges: readonly DraftEdge[]): string {
  const shown = edges
    .slice(0, 3)
    .map(({ source, mode, spec }) => `${show(source)} (${mode}, links[${spec}])`);
  if (edges.length > 3) shown.push(`${edges.length - 3} more`);
  return edges.length === 1
    ? `the only Link leads from ${shown.join(", ")}`
    : `the Links lead from ${shown.join(", ")}`;
}

function needs(as: ExportWay["as"]): string {
  return as === "gateway"
    ? "a flat one leads past the gateway"
    : "a gateway one does not lead to the pods";
}

function mend(as: ExportWay["as"], incoming: readonly DraftEdge[]): string {
  if (as === "gateway") {
    return `write mode: mixed for links[${incoming[0]?.spec ?? 0}], or as: remote-discovery`;
  }
  const routed = incoming.find(({ from, to }) => haveRoutes(from, to));
  const other = incoming.some(({ mode }) => carries(mode, "gateway")) ? ", or as: gateway" : "";
  return routed
    ? `write mode: mixed for links[${routed.spec}]${other}`
    : `put both clusters on one network and write mode: mixed${other}`;
}
