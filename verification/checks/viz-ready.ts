import { vizNamespace } from "../../planning/observability/names.ts";
import type { Check, ClusterSubject } from "./check.ts";
import { failed, kubectl, notRun, passed } from "./check.ts";
import { troublesIn } from "./workload-troubles.ts";

/** The parts of linkerd-viz that every cluster has. There may be no image of its page. */
const deployments = ["metrics-api", "tap", "tap-injector"];

/** linkerd-viz answers: its Deployments are available, and the API server reaches tap. */
export const vizReady: Check<ClusterSubject> = {
  id: "viz-ready",
  title: "linkerd-viz ready, tap reachable",
  applies: ({ viz, status }) => viz && status.reachable,
  run: ({ status }) => {
    if (status.tap === undefined) return notRun("its APIService can't be read");
    const { trouble } = status.tap;
    const troubles = [
      ...troublesIn(status, vizNamespace, deployments),
      ...(trouble === undefined ? [] : [trouble]),
    ];
    return troubles.length === 0
      ? passed()
      : failed(
          troubles.join("; "),
          "`up --refresh` restores what was deleted. Look with: " +
            kubectl(status, `-n ${vizNamespace} get pods,events`),
        );
  },
};
