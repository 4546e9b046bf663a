import { groupBy } from "../../group.ts";
import { chooseVersion } from "../../linkerd/choose-version.ts";
import { describeVersion, edgeOf, faultOf, hasFault } from "../../linkerd/versions.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import { listNames, type RuleProblem, show } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";

const fault = faultOf("headless-cleanup-deletes-namesakes");

/**
 * Headless Services of one name in several namespaces of a target: in some releases of Linkerd the source's
 * service mirror deletes the pods' mirrors of all but the one that changed last.
 */
export function* namesakeRules(input: RuleInput): Iterable<RuleProblem> {
  const headless = input.mirrors.filter(({ kind }) => kind === "headless");
  const told = new Set<unknown>();
  for (const group of groupBy(
    headless,
    ({ cluster, name }) => `${cluster.name} ${name}`,
  ).values()) {
    const [first, second] = group;
    const service = second?.of[0];
    if (first === undefined || service === undefined || told.has(service)) continue;
    const version = versionOf(first.cluster, input);
    if (version === undefined || !hasFault(version, fault)) continue;
    // The same Services meet in every source.
    told.add(service);
    const way = service.ways.find((one) => one.headless !== undefined) ?? service.ways[0];
    yield {
      path: way?.path ?? ["exports"],
      message:
        `${show(service.service)} of ${show(service.cluster.name)} is headless in several namespaces ` +
        `(${listNames(group.map(({ namespace }) => namespace))}): with Linkerd ${describeVersion(version)} the ` +
        `service mirror of ${show(first.cluster.name)} deletes the mirrors of the pods of one whenever ` +
        `another changes (${fault.issue ?? fault.id})`,
      fix: `give all but one another name, or let the sources have ${fault.fixed ?? "a later release"} or later`,
    };
  }
}

/** Undefined if the text is no release, which another rule tells. */
function versionOf({ spec }: DraftCluster, { draft, sources }: RuleInput): string | undefined {
  const { linkerdVersion: own } = spec;
  if (own !== undefined) return edgeOf(own);
  return chooseVersion(draft.linkerd?.version, sources?.linkerdVersion)?.version;
}
