import { flowsOf, linkTraffic, secondsOf } from "../ui/flows.ts";
import type { TrafficView } from "../ui/model.ts";
import { Connections } from "../verification/connections.ts";
import { FiguresReader } from "../verification/figures.ts";
import type { Mesh } from "../verification/observe.ts";
import type { MeshStatus } from "../verification/status.ts";

/** What a mesh's own Prometheus tells of the traffic over its Links. */
export interface CollectedTraffic {
  /** In the order of the plan. */
  readonly links: readonly LinkTraffic[];
}

export interface LinkTraffic {
  readonly source: string;
  readonly target: string;
  /** Over how many seconds, up to now, requests were counted. Undefined: it isn't known. */
  readonly seconds?: number;
  readonly traffic?: TrafficView;
  /** Why it isn't known. */
  readonly unknown?: string;
}

/**
 * Asks the Prometheus of each cluster for the traffic over the Links from there.
 *
 * @returns undefined if the topology has none, or no data plane
 */
export async function collectedTraffic(
  mesh: Mesh,
  status: MeshStatus,
  signal?: AbortSignal,
): Promise<CollectedTraffic | undefined> {
  const { plan } = mesh;
  if (plan.observability === undefined || status.dataPlane === "none") return undefined;
  const reader = new FiguresReader(mesh, new Connections({ signal }), { proxies: false });
  const figures = await reader.read();
  const flows = figures.flatMap((one) => flowsOf(one, plan, status.clusters));
  const known = secondsOf(status, figures);
  return {
    links: plan.links.map(({ source, target }): LinkTraffic => {
      const seconds = known.get(source);
      if (seconds !== undefined) {
        return {
          source,
          target,
          seconds,
          traffic: linkTraffic({ source, target }, flows, seconds),
        };
      }
      const own = figures.find(({ cluster }) => cluster === source);
      const unknown = own?.source.instead ?? own?.clients.unread ?? "nothing was read";
      return { source, target, unknown };
    }),
  };
}
