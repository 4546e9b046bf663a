import { unknownCluster } from "../clusters/rules/unknown-cluster.ts";
import { nameOf } from "../exports/rules/exports.ts";
import { areLinksKnown } from "../links/rules/links-known.ts";
import { listNames, show } from "../topology/problem.ts";
import type { RuleProblem } from "../topology/problem.ts";
import type { RuleInput } from "../topology/rule-input.ts";
import type { Draft } from "../topology/shape.ts";
import type { Topology } from "../topology.ts";
import { collectInPath as path } from "./collector.ts";
import { observabilityNamespace, prometheusName } from "./names.ts";

/** Checks whether every other cluster can write to the Prometheus that collects. */
export function* observabilityRules(input: RuleInput): Iterable<RuleProblem> {
  const { draft, byName, edges } = input;
  const name = draft.observability?.collectIn;
  yield* checkOwnExports(draft);
  if (name === undefined || byName.size === 0) return;
  if (!byName.has(name)) {
    yield unknownCluster({ name, path }, [...byName.keys()]);
    return;
  }
  if (!areLinksKnown(input)) return;
  const incoming = edges.filter(({ target }) => target === name);
  const sources = new Set(incoming.map(({ source }) => source));
  const without = [...byName.keys()].filter((other) => other !== name && !sources.has(other));
  if (without.length > 0) {
    const names = without.join(", ");
    const from = without.length === 1 ? names : `[${names}]`;
    yield {
      path,
      message: `${listNames(without)} ${without.length === 1 ? "has" : "have"} no Link to ${show(name)}, over which to write metrics`,
      fix: `add the Link "- { from: ${from}, to: ${name} }", or name a cluster to which all others have one`,
    };
  }
  const flat = incoming.find(({ mode }) => mode === "flat");
  const gateway = incoming.find(({ mode }) => mode === "gateway");
  if (flat === undefined || gateway === undefined) return;
  yield {
    path,
    message:
      `${show(flat.source)} reaches only the pods of ${show(name)} (links[${flat.spec}]), ${show(gateway.source)} ` +
      `only its gateway (links[${gateway.spec}]), and its Prometheus is exported in one way`,
    fix: `write mode: mixed for links[${flat.spec}]`,
  };
}

/** Two exports of one Service could ask for different labels. */
function* checkOwnExports({ exports, observability }: Draft<Topology>): Iterable<RuleProblem> {
  if (observability === undefined) return;
  for (const [index, entry] of (exports ?? []).entries()) {
    const { namespace, service } = entry ?? {};
    if (namespace !== observabilityNamespace || service !== prometheusName) continue;
    yield {
      path: ["exports", index],
      message: `${nameOf({ namespace, service })} is the package's own`,
      fix: "leave it out; observability.collectIn exports the Prometheus that collects",
    };
  }
}
