import type { Plan, TrafficPlan } from "../planning/plan-types.ts";
import { type CheckResult, failedForGood, notRun } from "./checks/check.ts";
import { silent } from "./checks/run-check.ts";
import type { Mesh } from "./observe.ts";
import type { MeshStatus } from "./status.ts";
import type { TrafficOptions } from "./traffic/options.ts";
import { verifyTraffic } from "./traffic/verify-traffic.ts";

/**
 * Sends traffic over the Links whose clusters both answer, and reports that nothing was sent over the others.
 */
export async function runTraffic(
  mesh: Mesh,
  status: MeshStatus,
  options: TrafficOptions,
): Promise<readonly CheckResult[]> {
  const isSilent = (name: string): boolean =>
    status.clusters.some((cluster) => cluster.name === name && !cluster.reachable);
  const skipped = mesh.plan.links.flatMap((link): CheckResult[] => {
    const missing = [link.source, link.target].find(isSilent);
    return missing === undefined
      ? []
      : [{ ...about(`${link.source} → ${link.target}`), ...notRun(silent(missing)) }];
  });
  for (const { cluster, namespace, service, port, rules } of mesh.plan.traffic) {
    const missing = [cluster, ...clustersOf(rules)].find(isSilent);
    if (missing === undefined) continue;
    const subject = `${cluster}: ${namespace}/${service}:${port}`;
    skipped.push({ ...about(subject), ...notRun(silent(missing)) });
  }
  for (const result of skipped) options.onResult?.(result);
  const plan = without(mesh.plan, isSilent);
  if (plan.links.length === 0) return skipped;
  try {
    return [...(await verifyTraffic({ ...mesh, plan }, status, options)), ...skipped];
  } catch (error) {
    options.signal?.throwIfAborted();
    const result: CheckResult = {
      ...about(mesh.plan.name),
      ...failedForGood(
        `it could not be sent: ${(error as Error).message}`,
        "The other checks are valid: read them first, then verify again.",
      ),
    };
    options.onResult?.(result);
    return [result, ...skipped];
  }
}

function clustersOf(rules: TrafficPlan["rules"]): readonly string[] {
  return rules.flatMap(({ backends }) => backends.flatMap(({ clusters }) => clusters));
}

function about(subject: string): Pick<CheckResult, "check" | "title" | "subject" | "group"> {
  return { check: "traffic", title: "traffic", subject, group: "traffic" };
}

/** The plan without some of its clusters. */
function without(plan: Plan, isLeftOut: (cluster: string) => boolean): Plan {
  return {
    ...plan,
    clusters: plan.clusters.filter(({ name }) => !isLeftOut(name)),
    links: plan.links.filter(({ source, target }) => !isLeftOut(source) && !isLeftOut(target)),
    traffic: plan.traffic.filter(
      ({ cluster, rules }) => ![cluster, ...clustersOf(rules)].some(isLeftOut),
    ),
  };
}
