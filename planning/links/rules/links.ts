import { groupBy } from "../../group.ts";
import { type ClusterReference, clusterReferences, hasBothForms, haveRoutes } from "../links.ts";
import { formatPath, listNames, show } from "../../topology/problem.ts";
import type { Path, RuleProblem } from "../../topology/problem.ts";
import type { DraftEdge } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { LinkSpec } from "../../topology.ts";
import { unknownCluster } from "../../clusters/rules/unknown-cluster.ts";

/** Checks which clusters the Links name, and what each Link carries. */
export function* linkRules(input: RuleInput): Iterable<RuleProblem> {
  const byLink = groupBy(input.edges, (edge) => edge.spec);
  for (const [index, link] of (input.draft.links ?? []).entries()) {
    if (link === undefined) continue;
    const path = ["links", index];
    yield* checkForm(link, path);
    // If no cluster could be read, every name would be unknown.
    if (input.byName.size > 0) yield* checkNames(link, path, input);
    yield* checkMode(link, path, byLink.get(index) ?? []);
  }
  yield* checkDuplicates(input.edges);
}

function* checkForm(link: Draft<LinkSpec>, path: Path): Iterable<RuleProblem> {
  const hasEnds = link.from !== undefined || link.to !== undefined;
  if (hasBothForms(link)) {
    yield {
      path,
      message: "has both forms, from and to as well as between",
      fix: "write from and to, or between; two entries for both",
    };
  } else if (link.between === undefined && (link.from === undefined || link.to === undefined)) {
    const half = link.from === undefined ? "from is" : "to is";
    const missing = hasEnds ? half : "from and to, or between, are";
    yield {
      path,
      message: `does not say which clusters to link: ${missing} missing`,
      fix: 'write "between: [west, east]" or "from: west" and "to: east"',
    };
  }
  for (const key of ["from", "to", "between"] as const) {
    const names = link[key];
    const least = key === "between" ? 2 : 1;
    if (names === undefined || typeof names === "string" || names.length >= least) continue;
    yield {
      path: [...path, key],
      message: names.length === 0 ? "names no cluster" : "names a single cluster",
      fix: `name at least ${least}, or leave the Link out`,
    };
  }
}

function* checkNames(
  link: Draft<LinkSpec>,
  path: Path,
  { byName }: RuleInput,
): Iterable<RuleProblem> {
  const references = {
    from: new Map<string, ClusterReference>(),
    to: new Map(),
    between: new Map(),
  } as const;
  for (const key of ["from", "to", "between"] as const) {
    for (const reference of clusterReferences(link[key], [...path, key])) {
      if (!byName.has(reference.name)) yield unknownCluster(reference, [...byName.keys()]);
      const known: Map<string, ClusterReference> = references[key];
      if (known.has(reference.name)) {
        yield {
          path: reference.path,
          message: `${show(reference.name)} is named twice`,
          fix: "leave out one of the two",
        };
      } else {
        known.set(reference.name, reference);
      }
    }
  }
  for (const [name, reference] of references.to as Map<string, ClusterReference>) {
    const source = references.from.get(name);
    if (source === undefined) continue;
    yield {
      path: reference.path,
      message: `${show(name)} would be linked to itself: it is in ${formatPath(source.path)} too`,
      fix: "take it out of one of the two, or write between for Links from each to each",
    };
  }
}

function* checkMode(
  link: Draft<LinkSpec>,
  path: Path,
  edges: readonly DraftEdge[],
): Iterable<RuleProblem> {
  if (link.mode === "flat" && link.headless === true) {
    yield {
      path: [...path, "headless"],
      message: "a flat Link does not mirror headless Services pod by pod: that needs the gateway",
      fix: "leave out headless, or write mode: mixed",
    };
  }
  const routed = edges.filter((edge) => edge.mode !== "gateway");
  const at = link.mode === undefined ? path : [...path, "mode"];
  const [sameNetwork, split] = partition(
    routed.filter(({ from, to }) => !haveRoutes(from, to)),
    ({ from, to }) => from.network === to.network,
  );
  const [first] = split;
  if (first) {
    yield {
      path: at,
      message:
        `a ${first.mode} Link needs pod routes, and ${onNetwork(first.from)} and ` +
        `${onNetwork(first.to)} have none between them${inAll(split)}`,
      fix: "put the clusters on the same network, or write mode: gateway",
    };
  }
  const [mixed] = sameNetwork;
  if (mixed) {
    const [made, exists] = mixed.from.isKind ? [mixed.from, mixed.to] : [mixed.to, mixed.from];
    yield {
      path: at,
      message:
        `a ${mixed.mode} Link needs pod routes, and the package can't add any between ` +
        `${show(made.name)} and ${show(exists.name)}, a cluster that it didn't create${inAll(sameNetwork)}`,
      fix: "write mode: gateway",
    };
  }
  // An overlap would only be noticed when a pod of one cluster answers for a pod of another.
  const unclear = routed
    .filter(({ from, to }) => haveRoutes(from, to))
    .flatMap(({ from, to }) => [from, to])
    .filter(({ isKind, spec }) => !isKind && spec.podSubnet === undefined);
  const names = [...new Set(unclear.map(({ name }) => name))];
  if (names.length === 0) return;
  yield {
    path: at,
    message:
      `a ${routed[0]?.mode ?? "flat"} Link needs pod routes, and the pod subnet of ` +
      `${listNames(names)} is not known`,
    fix: "write podSubnet for that cluster, or write mode: gateway",
  };
}

function inAll(edges: readonly DraftEdge[]): string {
  return edges.length > 1 ? ` (${edges.length} Links in all)` : "";
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function onNetwork({ name, network, spec }: DraftEdge["from"]): string {
  const where = spec.network === undefined ? "a network to itself" : `network ${show(network)}`;
  return `${show(name)} (${where})`;
}

/**
 * One Link carries every kind of export. With a second one to the same target, the source would count each
 * endpoint of a federated Service twice.
 */
function* checkDuplicates(edges: readonly DraftEdge[]): Iterable<RuleProblem> {
  const first = new Map<string, DraftEdge>();
  const again: { readonly edge: DraftEdge; readonly earlier: number }[] = [];
  for (const edge of edges) {
    const pair = `${edge.source} ${edge.target}`;
    const known = first.get(pair);
    // Within one specification this happens only if it has both forms, which another rule reports.
    if (known?.spec === edge.spec) continue;
    if (known) again.push({ edge, earlier: known.spec });
    else first.set(pair, edge);
  }
  // One message for two overlapping groups, not one for each pair that they share.
  const byPlaces = groupBy(again, ({ edge, earlier }) => `${earlier} ${edge.spec}`);
  for (const [repeated, ...more] of byPlaces.values()) {
    if (!repeated) continue;
    const { edge, earlier } = repeated;
    const others = more.length > 0 ? ` (and ${more.length} more)` : "";
    yield {
      path: ["links", edge.spec],
      message:
        `the Link from ${show(edge.source)} to ${show(edge.target)}${others} is given twice, here ` +
        `and in links[${earlier}]`,
      fix: "leave it out of one of the two: one Link carries every kind of export",
    };
  }
}
