import { corePath } from "../../../linkerd/names.ts";
import { type Check, notRun, type Outcome, passed } from "../../checks/check.ts";
import { serverLabel } from "../names.ts";
import { apiOf } from "../probe-context.ts";
import type { EntrySubject } from "./backends-known.ts";
import { askUntilFair, isAskable, makeRoute, probeRules } from "./requests-follow.ts";
import type { ProbeBackend, ProbeRule } from "./requests-follow.ts";

/**
 * Requests move to the next place when a place has no ready pods, and back. The check takes the probes of the
 * places away, one place after the other: their Services don't select them any more. It touches nobody else's
 * pods. All probes of a cluster are one pod, so nothing else may be asked meanwhile.
 */
export const requestsMove: Check<EntrySubject> = {
  id: "route-drill",
  title: "requests move when places are away",
  needsDataPlane: true,
  run: async (subject): Promise<Outcome> => {
    const rules = probeRules(subject);
    if (typeof rules === "string") return notRun(rules);
    const moving = rules.filter((rule) => isAskable(rule, rules) && stepsOf(rule).length > 0);
    if (moving.length === 0) return notRun("none of its requests has another place to go to");
    await makeRoute(subject, rules);
    const seen: string[] = [];
    for (const rule of moving) {
      const outcome = await moveThrough(subject, rule);
      if (outcome.state !== "passed") return outcome;
      seen.push(outcome.detail ?? "");
    }
    return passed(seen.join("; "));
  },
};

/** The clusters whose probes are taken away in one step, and where the requests then go. */
interface Step {
  readonly take: readonly string[];
  readonly left: readonly ProbeBackend[];
}

/** Takes away the place with the largest weight, then the next one, until one place is left. */
function stepsOf({ backends }: ProbeRule): readonly Step[] {
  const steps: Step[] = [];
  let left = backends
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  for (;;) {
    const take = left[0]?.clusters ?? [];
    left = left.flatMap((one) => {
      const clusters = one.clusters.filter((cluster) => !take.includes(cluster));
      return clusters.length === 0 ? [] : [{ ...one, clusters }];
    });
    if (left.length === 0) return steps;
    steps.push({ take, left });
  }
}

async function moveThrough(subject: EntrySubject, rule: ProbeRule): Promise<Outcome> {
  const { context } = subject;
  const taken = new Set<string>();
  const seen: string[] = [];
  try {
    for (const { take, left } of stepsOf(rule)) {
      for (const cluster of take) {
        taken.add(cluster);
        await select(subject, cluster, false);
      }
      const outcome = await askUntilFair(subject, [{ ...rule, backends: left }]);
      if (outcome.state === "failed") {
        const problem = `without the probes of ${[...taken].join(", ")}: ${outcome.problem}`;
        return { ...outcome, problem };
      }
      if (outcome.state !== "passed") return outcome;
      seen.push(`without ${[...taken].join(", ")}: ${outcome.detail ?? ""}`);
    }
  } finally {
    // An interrupted verification removes the probes as a whole.
    if (context.signal?.aborted !== true) {
      await Promise.all([...taken].map((cluster) => select(subject, cluster, true)));
    }
  }
  const back = await askUntilFair(subject, [rule]);
  return back.state === "passed" ? passed(`${seen.join(", ")}, then ${back.detail ?? ""}`) : back;
}

/** Whether the Services of a cluster select its probe. */
async function select(
  { context }: EntrySubject,
  cluster: string,
  selected: boolean,
): Promise<void> {
  const server = context.servers.get(cluster);
  if (server === undefined) throw new Error(`the probes of ${cluster} don't run`);
  const labels = selected ? serverLabel : { app: `${serverLabel.app}-away` };
  await apiOf(context, cluster).patch(corePath(context.namespace, "pods", server.name), {
    metadata: { labels },
  });
}
