import { behindIn, releasesIn, type WorkloadRelease } from "../../linkerd/releases.ts";
import { workTogether } from "../../planning/linkerd/upgrade.ts";
import { parseLinkerdVersion } from "../../planning/linkerd/version.ts";
import type { AskedCluster } from "./asked.ts";
import { type Check, failedForGood, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";

/**
 * All parts of Linkerd in a cluster are of one release, and the proxies of all workloads are of releases that
 * work with it. Images whose tags name no release are left out.
 */
export const releasesTogether: Check<AskedCluster> = {
  id: "releases-together",
  title: "the control plane, its extension and all proxies are of releases that work together",
  run: async ({ lists, found }) => {
    const restart = found ? byOwners : `${byOwners}, or list their namespaces in linkerd.restart`;
    const releases = releasesIn(await lists.livePods());
    const { controlPlane, proxies, extension, gateways, workloads } = releases;
    const newest = controlPlane.at(-1);
    if (newest === undefined) return notRun("no image of the control plane tells its release");
    const mixed = [
      ...(controlPlane.length > 1 ? [`the control plane is of ${controlPlane.join(" and ")}`] : []),
      ...extension
        .filter((release) => !controlPlane.includes(release))
        .map(
          (release) =>
            `the multicluster extension is of ${release}, the control plane of ${newest}`,
        ),
      ...gateways
        .filter((release) => proxies.length > 0 && !proxies.includes(release))
        .map(
          (release) =>
            `a gateway's proxy is of ${release}, the control plane's of ${proxies.join(" and ")}`,
        ),
    ];
    if (mixed.length > 0) {
      return failedForGood(
        mixed.join("; "),
        found
          ? `Upgrade what is of another release to ${newest}.`
          : "`up --refresh` brings all of them to the planned release",
      );
    }
    const apart = workloads.filter(
      ({ release }) => parseLinkerdVersion(release) !== undefined && !workTogether(release, newest),
    );
    if (apart.length > 0) {
      return failedForGood(
        `the control plane is of ${newest}, which works with proxies of the stable release before or after its own, ` +
          `and not with those of ${firstOf(apart.map(describe))}`,
        restart,
      );
    }
    const behind = behindIn(releases);
    return passed(
      newest,
      behind.length === 0
        ? undefined
        : `workloads run another proxy than Linkerd injects now: ${firstOf(behind.map(describe))}. ${restart}`,
    );
  },
};

const byOwners = "Have their owners restart them";

function describe({ namespace, workload, release }: WorkloadRelease): string {
  return `${namespace}/${workload} (${release})`;
}
