import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { connect } from "../kubernetes/connect.ts";
import { isLive } from "../kubernetes/pods.ts";
import { behindIn, releasesIn } from "../linkerd/releases.ts";
import type { Mesh } from "../verification/observe.ts";
import type { NamedReleases } from "../verification/render/releases.ts";

/** Which releases of Linkerd run in every cluster. One that doesn't answer is part of the answer. */
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
 * Workloads with another proxy than Linkerd injects now that only their owners restart, as
 * `east: shop/Deployment/web runs a proxy of edge-26.1.1`. A cluster that doesn't answer is named as well.
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
