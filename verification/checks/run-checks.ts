import type { ClusterPlan, LinkPlan, Plan } from "../../planning/plan-types.ts";
import type { ClusterStatus, MeshStatus } from "../status.ts";
import { accessRevoked } from "./access-revoked.ts";
import type { Catalogue } from "./catalogue.ts";
import { catalogue as everyCheck } from "./catalogue.ts";
import type { CheckResult, ClusterSubject, LinkSubject } from "./check.ts";
import { serviceMirrorOf } from "../link-parts.ts";
import { notRun } from "./check.ts";
import type { About } from "./run-check.ts";
import { runCheck, silent } from "./run-check.ts";

export { withoutDataPlane } from "./run-check.ts";

/**
 * Runs every check on every subject that it applies to, all at the same time. Results have the catalogue's
 * order: the mesh, each cluster, each Link.
 */
export async function runChecks(
  plan: Plan,
  status: MeshStatus,
  catalogue: Catalogue = everyCheck,
): Promise<readonly CheckResult[]> {
  const runs = [
    ...catalogue.mesh.map((check) =>
      runCheck(
        check,
        { plan, status },
        { name: plan.name, group: "mesh", dataPlane: status.dataPlane },
      ),
    ),
    ...plan.clusters.flatMap((clusterPlan) => {
      const subject = clusterSubject(clusterPlan, plan, status);
      const about = aboutCluster(subject);
      return catalogue.cluster.map((check) => runCheck(check, subject, about));
    }),
    ...plan.links.flatMap((linkPlan) => {
      const subject = linkSubject(linkPlan, status);
      if (subject === undefined) return [];
      const about = aboutLink(subject);
      const checks = linkPlan.access.revoked
        ? catalogue.link.filter((check) => check === accessRevoked)
        : catalogue.link;
      return checks.map((check) =>
        runCheck(
          subject.source.reachable
            ? check
            : { ...check, run: () => notRun(silent(linkPlan.source)) },
          subject,
          about,
        ),
      );
    }),
  ];
  return (await Promise.all(runs)).flat();
}

/** The subject of a cluster's checks. */
export function clusterSubject(
  plan: ClusterPlan,
  { links, found, observability }: Plan,
  status: MeshStatus,
): ClusterSubject {
  const own = links.filter(({ source }) => source === plan.name);
  return {
    plan,
    found: found === true,
    status: clusterIn(status, plan.name),
    serviceMirrors: own.map(serviceMirrorOf),
    revoked: own.filter(({ access }) => access.revoked).map(serviceMirrorOf),
    viz: observability?.viz !== undefined,
  };
}

/** The subject of a Link's checks. Undefined if the status doesn't mention the Link. */
export function linkSubject(plan: LinkPlan, status: MeshStatus): LinkSubject | undefined {
  const link = status.links.find(
    ({ source, target }) => source === plan.source && target === plan.target,
  );
  return (
    link && {
      plan,
      status: link,
      source: clusterIn(status, plan.source),
      target: clusterIn(status, plan.target),
    }
  );
}

export function aboutCluster({ plan, status: { dataPlane } }: ClusterSubject): About {
  return { name: plan.name, group: "clusters", dataPlane };
}

export function aboutLink({ plan, source, target }: LinkSubject): About {
  const dataPlane = source.dataPlane === "none" ? "none" : target.dataPlane;
  return { name: `${plan.source} → ${plan.target}`, group: "Links", dataPlane };
}

function clusterIn(status: MeshStatus, name: string): ClusterStatus {
  const found = status.clusters.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the status has no cluster ${name}`);
  return found;
}
