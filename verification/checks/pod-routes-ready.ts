import { podRoutes } from "../../planning/links/pod-routes.ts";
import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";

/** Every node has its routes to the pods of the other clusters on the network. */
export const podRoutesReady: Check<ClusterSubject> = {
  id: "pod-routes-ready",
  title: "routes to other clusters' pods",
  applies: ({ plan, status }) =>
    status.reachable && plan.type === "kind" && plan.routePeers.length > 0,
  run: ({ status }) => {
    const { podRoutes: routes, nodes } = status;
    const { namespace, name } = podRoutes;
    if (routes === undefined) {
      return failed(
        `there is no DaemonSet ${namespace}/${name}, which maintains the routes`,
        "`up --refresh` puts it back",
      );
    }
    const wanted = Math.max(routes.nodes, nodes.length);
    return routes.ready >= wanted
      ? passed(`${wanted}`)
      : failed(
          `in place on ${routes.ready} of ${wanted} nodes`,
          `Look with: ${kubectl(status, `-n ${namespace} describe pod -l app=${name}`)}`,
        );
  },
};
