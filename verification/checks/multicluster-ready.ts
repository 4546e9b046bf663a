import { multiclusterNamespace } from "../../planning/names.ts";
import { gatewayDeployment, gatewayNameOf } from "../../linkerd/names.ts";
import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";
import { troublesIn } from "./workload-troubles.ts";

/**
 * The extension's Deployments exist and are available: the gateway, if one is planned, and one service mirror
 * per Link.
 */
export const multiclusterReady: Check<ClusterSubject> = {
  id: "multicluster-ready",
  title: "gateway and service mirrors ready",
  applies: ({ plan, status }) =>
    status.reachable && (plan.targets.length > 0 || plan.sources.length > 0),
  run: ({ plan, status, serviceMirrors, revoked, found }) => {
    const gateway =
      (found ? gatewayNameOf(plan.gateway?.identity) : undefined) ?? gatewayDeployment;
    const isLinkerds = plan.gateway !== undefined && plan.gateway.own === undefined;
    const expected = [...(isLinkerds ? [gateway] : []), ...serviceMirrors];
    // A service mirror whose access was revoked exits and is restarted again and again.
    const troubles = troublesIn(status, multiclusterNamespace, expected, revoked);
    return troubles.length === 0
      ? passed()
      : failed(
          troubles.join("; "),
          `Look with: ${kubectl(status, `-n ${multiclusterNamespace} get pods,events`)}`,
        );
  },
};
