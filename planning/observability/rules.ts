import { unknownCluster } from "../clusters/rules/unknown-cluster.ts";
import { nameOf } from "../exports/rules/exports.ts";
import { chooseVersion } from "../linkerd/choose-version.ts";
import { describeVersion, isBefore, tracingSince } from "../linkerd/versions.ts";
import { areLinksKnown } from "../links/rules/links-known.ts";
import { listNames, show } from "../topology/problem.ts";
import type { RuleProblem } from "../topology/problem.ts";
import type { RuleInput } from "../topology/rule-input.ts";
import type { Draft } from "../topology/shape.ts";
import type { Topology } from "../topology.ts";
import { collectInPath as path } from "./collector.ts";
import { jaegerName, observabilityNamespace, prometheusName } from "./names.ts";

/** Checks whether every other cluster reaches the one that collects, and what tracing and linkerd-viz need. */
export function* observabilityRules(input: RuleInput): Iterable<RuleProblem> {
  const { draft, byName, edges } = input;
  const name = draft.observability?.collectIn;
  yield* checkOwnExports(draft);
  yield* checkStorage(draft);
  yield* checkTracing(input);
  yield* checkViz(draft);
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

/** An older chart ignores the values that have proxies send spans. */
function* checkTracing({ draft, clusters, sources }: RuleInput): Iterable<RuleProblem> {
  if (draft.observability?.tracing === undefined) return;
  const older = clusters.flatMap(({ name, spec }) => {
    const asked = spec.linkerdVersion ?? draft.linkerd?.version;
    const version = chooseVersion(asked, sources?.linkerdVersion)?.version;
    return version !== undefined && isBefore(version, tracingSince) ? [{ name, version }] : [];
  });
  const [first] = older;
  if (first === undefined) return;
  yield {
    path: ["observability", "tracing"],
    message:
      `proxies of ${describeVersion(first.version)} can't be told where to send spans ` +
      `(${listNames(older.map(({ name }) => name))})`,
    fix: `leave it out, or write ${tracingSince} or later for linkerd.version`,
  };
}

function* checkStorage({ observability }: Draft<Topology>): Iterable<RuleProblem> {
  const { storage, storageClass } = observability?.prometheus ?? {};
  if (storageClass === undefined || storage !== undefined) return;
  yield {
    path: ["observability", "prometheus", "storageClass"],
    message: "there is no volume that it could be the class of",
    fix: "write the volume's size as storage, such as storage: 20Gi, or leave it out",
  };
}

function* checkViz({ observability, linkerd }: Draft<Topology>): Iterable<RuleProblem> {
  if (observability?.viz !== true) {
    if (linkerd?.values?.viz === undefined) return;
    yield {
      path: ["linkerd", "values", "viz"],
      message: "there is no linkerd-viz that they could be the values of",
      fix: "add observability: { viz: true }, or leave them out",
    };
    return;
  }
  const interval = observability.prometheus?.scrapeInterval;
  if (interval === undefined || secondsOf(interval) <= longestForViz) return;
  yield {
    path: ["observability", "prometheus", "scrapeInterval"],
    message:
      "linkerd-viz tells of the last minute, and a rate needs two readings: with " +
      `${interval} between them it would show nothing`,
    fix: `write ${longestForViz}s or less, or leave out observability.viz`,
  };
}

/** The longest time between two readings of which a minute always has both, in seconds. */
const longestForViz = 30;

/** Of a duration such as 30s or 5m. */
function secondsOf(duration: string): number {
  return Number.parseInt(duration, 10) * (duration.endsWith("m") ? 60 : 1);
}

/** Two exports of one Service could ask for different labels. */
function* checkOwnExports({ exports, observability }: Draft<Topology>): Iterable<RuleProblem> {
  if (observability === undefined) return;
  const own = [prometheusName, ...(observability.tracing === undefined ? [] : [jaegerName])];
  for (const [index, entry] of (exports ?? []).entries()) {
    const { namespace, service } = entry ?? {};
    if (namespace !== observabilityNamespace || service === undefined) continue;
    if (!own.includes(service)) continue;
    yield {
      path: ["exports", index],
      message: `${nameOf({ namespace, service })} is the package's own`,
      fix: "leave it out; observability.collectIn exports the one that collects",
    };
  }
}
