import { groupBy } from "../../group.ts";
import { limits } from "../../limits.ts";
import type { Mirror } from "../mirror.ts";
import { type Path, type RuleProblem, show } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import { nameOf } from "./exports.ts";

/** Checks the names of the mirrors that follow from the exports. */
export function* mirrorRules({ services, mirrors }: RuleInput): Iterable<RuleProblem> {
  yield* checkLengths(mirrors);
  const exported = new Map(
    services.map((service) => [
      placeOf(service.cluster.name, service.namespace, service.service),
      service,
    ]),
  );
  const told = new Set<string>();
  for (const [place, [mirror, other]] of groupBy(mirrors, ({ cluster, namespace, name }) =>
    placeOf(cluster.name, namespace, name),
  )) {
    if (!mirror) continue;
    const namesake = exported.get(place);
    if (other === undefined && namesake === undefined) continue;
    // The same two Services collide in every source: one message is enough.
    const pair = [describe(mirror), other ? describe(other) : ""].join(" ");
    if (told.has(pair)) continue;
    told.add(pair);
    const where = `in ${show(mirror.cluster.name)}, namespace ${show(mirror.namespace)},`;
    yield {
      path: pathOf(other ?? mirror),
      message: other
        ? `${where} the mirrors of ${describe(mirror)} and of ${describe(other)} would have the ` +
          `same name, ${show(mirror.name)}`
        : `${where} the mirror of ${describe(mirror)} would have the name of a Service that is ` +
          `exported there, ${show(mirror.name)}`,
      fix: "leave one of them out, or give one another name",
    };
  }
}

/** One message for each export, about the longest name that follows from it. */
function* checkLengths(mirrors: readonly Mirror[]): Iterable<RuleProblem> {
  const tooLong = mirrors.filter(({ name }) => name.length > limits.dnsLabel);
  for (const group of groupBy(tooLong, (mirror) => JSON.stringify(pathOf(mirror))).values()) {
    const longest = group.reduce((a, b) => (b.name.length > a.name.length ? b : a));
    const excess = longest.name.length - limits.dnsLabel;
    yield {
      path: pathOf(longest),
      message:
        `the mirror ${show(longest.name)} would have a name of ${longest.name.length} characters; ` +
        `the limit is ${limits.dnsLabel}`,
      fix:
        longest.kind === "federated"
          ? `shorten the Service's name by ${excess}`
          : `shorten the name of the ${longest.kind === "headless-pod" ? "StatefulSet" : "Service"} ` +
            `or of the cluster by ${excess}`,
    };
  }
}

function placeOf(cluster: string, namespace: string, name: string): string {
  return `${cluster} ${namespace} ${name}`;
}

function describe({ kind, of }: Mirror): string {
  const [member] = of;
  if (!member) return "";
  if (kind === "federated") return `the members ${nameOf(member)}`;
  const what = kind === "headless-pod" ? "a pod of " : "";
  return `${what}${nameOf(member)} of ${show(member.cluster.name)}`;
}

function pathOf({ kind, of }: Mirror): Path {
  const ways = of[0]?.ways ?? [];
  const kinds = kind.startsWith("headless") ? "gateway" : kind;
  return (ways.find(({ as }) => as === kinds) ?? ways[0])?.path ?? ["exports"];
}
