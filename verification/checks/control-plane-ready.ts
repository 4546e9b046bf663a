import { linkerdNamespace } from "../../planning/names.ts";
import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";
import { troublesIn } from "./workload-troubles.ts";

const controllers = ["linkerd-identity", "linkerd-destination", "linkerd-proxy-injector"];

/** Linkerd's own Deployments exist and are available. */
export const controlPlaneReady: Check<ClusterSubject> = {
  id: "control-plane-ready",
  title: "control plane ready",
  applies: ({ status }) => status.reachable,
  run: ({ status }) => {
    const troubles = troublesIn(status, linkerdNamespace, controllers);
    return troubles.length === 0
      ? passed()
      : failed(
          troubles.join("; "),
          `Look with: ${kubectl(status, `-n ${linkerdNamespace} get pods,events`)}`,
        );
  },
};
