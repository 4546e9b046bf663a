import { multiclusterNamespace as namespace } from "../../planning/names.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Deployment, Lease, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isReady, troubleOf } from "../../kubernetes/pods.ts";
import {
  clusterNameLabel,
  corePath,
  deploymentPath,
  leaseOf,
  leasePath,
} from "../../linkerd/names.ts";
import { type Check, failed, kubectl, passed } from "./check.ts";
import type { AskedLink } from "./asked.ts";

/**
 * A Lease that is this much older than its duration belongs to nobody. The margin allows for clocks that
 * differ.
 */
const grace = 60_000;

/**
 * Exactly one service mirror works on the Link: one Deployment, whose running pod holds the Lease. Two (for
 * example that of the deprecated `linkerd multicluster link` and the chart's) undo each other's mirrors.
 */
export const oneServiceMirror: Check<AskedLink> = {
  id: "one-service-mirror",
  title: "exactly one service mirror, with its Lease",
  run: async ({ api, plan, source }) => {
    const labelSelector = `${clusterNameLabel}=${plan.name}`;
    const [deployments, pods, lease] = await Promise.all([
      listAll<Deployment>(api, deploymentPath(namespace, ""), { labelSelector }),
      listAll<Pod>(api, corePath(namespace, "pods"), { labelSelector }),
      getIfThere<Lease>(api, leasePath(namespace, leaseOf(plan.name))),
    ]);
    const trouble =
      troubleOfDeployments(deployments, plan.target) ?? troubleOfLease(lease, pods, Date.now());
    return trouble === undefined
      ? passed(lease?.spec?.holderIdentity)
      : failed(
          trouble,
          `Look with: ${kubectl(source, `-n ${namespace} get deploy,pods,leases -l ${labelSelector}`)}; ${kubectl(source, `-n ${namespace} get lease ${leaseOf(plan.name)} -o yaml`)}`,
        );
  },
};

function troubleOfDeployments(found: readonly Deployment[], target: string): string | undefined {
  if (found.length === 1) return undefined;
  if (found.length === 0) return `there is no service mirror of ${target}`;
  const names = found.map(({ metadata }) => metadata.name).join(", ");
  return `${found.length} service mirrors of ${target}: ${names}`;
}

function troubleOfLease(
  lease: Lease | undefined,
  pods: readonly Pod[],
  now: number,
): string | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds = 0 } = lease?.spec ?? {};
  if (holderIdentity === undefined || holderIdentity === "") return "nobody holds its Lease";
  const holder = pods.find(({ metadata }) => metadata.name === holderIdentity);
  if (holder === undefined)
    return `its Lease is held by ${holderIdentity}, which is not one of its pods`;
  if (!isReady(holder)) {
    return `its Lease is held by ${holderIdentity}, which isn't Ready (${troubleOf(holder)})`;
  }
  if (renewTime === undefined) return "its Lease does not say when it was renewed";
  const idle = now - Date.parse(renewTime);
  return idle > leaseDurationSeconds * 1000 + grace
    ? `its Lease was last renewed ${Math.round(idle / 1000)} s ago`
    : undefined;
}
