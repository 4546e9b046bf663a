import type { AskedCluster, AskedLink, OpenCluster } from "./asked.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { ClusterLists } from "../facts/lists.ts";
import { readingOnce } from "../../kubernetes/reading-once.ts";
import type { MeshStatus } from "../status.ts";
import { accessRightsAsPlanned } from "./access-rights-as-planned.ts";
import { accessTokensAsPlanned } from "./access-tokens-as-planned.ts";
import { type Check, type CheckResult, notRun } from "./check.ts";
import { clusterNetworksComplete } from "./cluster-networks-complete.ts";
import { mirrorsHaveServices } from "./mirrors-have-services.ts";
import { noExternalWorkloads } from "./no-external-workloads.ts";
import { oneServiceMirror } from "./one-service-mirror.ts";
import { proxiesAlive } from "./proxies-alive.ts";
import { proxyCertificatesValid } from "./proxy-certificates-valid.ts";
import { releasesTogether } from "./releases-together.ts";
import { runCheck, silent } from "./run-check.ts";
import { aboutCluster, aboutLink, clusterSubject, linkSubject } from "./run-checks.ts";
import { validatorsRefuse } from "./validators-refuse.ts";
import { webhooksTrusted } from "./webhooks-trusted.ts";
import { podsInSubnet } from "./pods-in-subnet.ts";
import { workloadsHaveProxies } from "./workloads-have-proxies.ts";

/** Checks that ask clusters themselves. */
export interface ThoroughCatalogue {
  readonly cluster: readonly Check<AskedCluster>[];
  readonly link: readonly Check<AskedLink>[];
}

/** Checks that only a verification runs: an `up` that changes nothing has no time for them. */
export const thoroughCatalogue: ThoroughCatalogue = {
  cluster: [
    webhooksTrusted,
    validatorsRefuse,
    clusterNetworksComplete,
    podsInSubnet,
    workloadsHaveProxies,
    proxyCertificatesValid,
    proxiesAlive,
    releasesTogether,
  ],
  link: [oneServiceMirror, mirrorsHaveServices, noExternalWorkloads, accessTokensAsPlanned],
};

/** Checks with so many questions that a verification runs them once, after everything else has settled. */
export const exhaustiveCatalogue: ThoroughCatalogue = {
  cluster: [],
  link: [accessRightsAsPlanned],
};

/**
 * Runs the checks of a catalogue, all at the same time. Checks of a cluster that doesn't answer are `not
 * run`.
 *
 * @param clusters those that answer, by name
 */
export async function runThoroughChecks(
  plan: Plan,
  status: MeshStatus,
  clusters: ReadonlyMap<string, OpenCluster>,
  catalogue: ThoroughCatalogue = thoroughCatalogue,
): Promise<readonly CheckResult[]> {
  const open = new Map(
    [...clusters].map(([name, one]) => [name, { ...one, api: readingOnce(one.api) }]),
  );
  const runs = [
    ...plan.clusters.flatMap((clusterPlan) => {
      const subject = clusterSubject(clusterPlan, plan, status);
      const api = open.get(clusterPlan.name)?.api;
      const asked = api && { ...subject, api, lists: new ClusterLists(api) };
      return catalogue.cluster.map((check) =>
        asked === undefined
          ? unasked(check, aboutCluster(subject), clusterPlan.name)
          : timed(runCheck(check, asked, aboutCluster(subject))),
      );
    }),
    ...plan.links.flatMap((linkPlan) => {
      const subject = linkSubject(linkPlan, status);
      if (subject === undefined) return [];
      const api = open.get(linkPlan.source)?.api;
      const targetCluster = open.get(linkPlan.target);
      return catalogue.link.map((check) =>
        api === undefined
          ? unasked(check, aboutLink(subject), linkPlan.source)
          : timed(runCheck(check, { ...subject, api, targetCluster }, aboutLink(subject))),
      );
    }),
  ];
  return (await Promise.all(runs)).flat();
}

function unasked(
  { id, title }: Pick<Check<never>, "id" | "title">,
  { name, group }: { readonly name: string; readonly group: string },
  cluster: string,
): Promise<readonly CheckResult[]> {
  return Promise.resolve([{ check: id, title, subject: name, group, ...notRun(silent(cluster)) }]);
}

async function timed(running: Promise<readonly CheckResult[]>): Promise<readonly CheckResult[]> {
  const started = performance.now();
  const results = await running;
  const milliseconds = Math.round(performance.now() - started);
  return results.map((result) => ({ ...result, milliseconds }));
}
