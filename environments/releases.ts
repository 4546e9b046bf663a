import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { connect } from "../kubernetes/connect.ts";
import { isLive } from "../kubernetes/pods.ts";
import { behindIn, releasesIn } from "../linkerd/releases.ts";
import type { Mesh } from "../verification/observe.ts";
import type { NamedReleases } from "../verification/render/releases.ts";

/** The releases of Linkerd that run in every cluster. If one doesn't answer, the result says so. */
export async function observeReleases(
  mesh: Mesh,
  signal?: AbortSignal,
): Promise<readonly NamedReleases[]> {
  return Promise.all(
    mesh.clusters.map(async (access) => {
      const { name: cluster } = access;
      try {
        const api = await connect(access, { signal });
        const pods = await listAll<Pod>(api, "/api/v1/pods");
        return { cluster, releases: releasesIn(pods.filter(isLive)) };
      } catch {
        signal?.throwIfAborted();
        return { cluster, releases: undefined };
      }
    }),
  );
}

/**
 * Workloads that have another proxy than Linkerd injects now and that only their owners restart, as `east:
 * shop/Deployment/web runs a proxy of edge-26.1.1`. Also names a cluster that doesn't answer.
 */
export function leftToOwners({ plan }: Mesh, seen: readonly NamedReleases[]): readonly string[] {
  const restarted = plan.linkerd.restart;
  return seen.flatMap(({ cluster, releases }) => {
    if (releases === undefined)
      return [`${cluster}: it can't be asked which proxies its workloads run`];
    return behindIn(releases)
      .filter(({ namespace }) => !restarted.includes(namespace))
      .map(
        ({ namespace, workload, release }) =>
          `${cluster}: ${namespace}/${workload} runs a proxy of ${release}`,
      );
  });
}
