import type { Plan } from "../../planning/plan-types.ts";
import type { DataPlane, MeshStatus } from "../status.ts";
import type { Catalogue } from "./catalogue.ts";
import { catalogue as everyCheck } from "./catalogue.ts";
import type { Check, CheckResult, Outcome } from "./check.ts";
import { failedForGood, notRun } from "./check.ts";

/**
 * Asks every check of every subject that it applies to, all at the same time. Results come in the order
 * of the catalogue: the mesh, each cluster, each Link.
 */
export async function runChecks(
  plan: Plan,
  status: MeshStatus,
  catalogue: Catalogue = everyCheck,
): Promise<readonly CheckResult[]> {
  const cluster = (name: string) => {
    const found = status.clusters.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`the status says nothing of cluster ${name}`);
    return found;
  };
  const runs = [
    ...catalogue.mesh.map((check) => runOne(check, { plan, status }, plan.name, status.dataPlane)),
    ...plan.clusters.flatMap((clusterPlan) => {
      const subject = { plan: clusterPlan, status: cluster(clusterPlan.name) };
      return catalogue.cluster.map((check) =>
        runOne(check, subject, clusterPlan.name, subject.status.dataPlane),
      );
    }),
    ...plan.links.flatMap((linkPlan) => {
      const link = status.links.find(
        ({ source, target }) => source === linkPlan.source && target === linkPlan.target,
      );
      if (link === undefined) return [];
      const source = cluster(linkPlan.source);
      const target = cluster(linkPlan.target);
      const subject = { plan: linkPlan, status: link, source, target };
      const name = `${linkPlan.source} → ${linkPlan.target}`;
      const dataPlane = source.dataPlane === "none" ? "none" : target.dataPlane;
      return catalogue.link.map((check) => runOne(check, subject, name, dataPlane));
    }),
  ];
  return (await Promise.all(runs)).flat();
}

/** Why a check that needs traffic isn't run where there is none. */
export const withoutDataPlane =
  "no data plane: in the place of Linkerd's proxy runs a program that carries no traffic";

async function runOne<Subject>(
  check: Check<Subject>,
  subject: Subject,
  name: string,
  dataPlane: DataPlane,
): Promise<readonly CheckResult[]> {
  if (check.applies?.(subject) === false) return [];
  const outcome = await outcomeOf(check, subject, dataPlane);
  return [{ check: check.id, title: check.title, subject: name, ...outcome }];
}

async function outcomeOf<Subject>(
  check: Check<Subject>,
  subject: Subject,
  dataPlane: DataPlane,
): Promise<Outcome> {
  if (check.needsDataPlane === true && dataPlane === "none") return notRun(withoutDataPlane);
  try {
    return await check.run(subject);
  } catch (error) {
    return failedForGood(
      `the check itself failed: ${(error as Error).message}`,
      "This is a defect of it.",
    );
  }
}
