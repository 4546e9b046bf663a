import { vizNamespace } from "../../planning/observability/names.ts";
import type { ClusterStatus } from "../status.ts";
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
      : failed(troubles.join("; "), adviceOn(status, trouble));
  },
};

function adviceOn(status: ClusterStatus, trouble = ""): string {
  return anotherServer.test(trouble)
    ? "Another server answers at the address of the Service: the API server connected before kube-proxy knew the Service, " +
        "and keeps that connection. Restart the API server (for a kind cluster: docker exec NODE pkill kube-apiserver)"
    : "`up --refresh` restores what was deleted. Look with: " +
        kubectl(status, `-n ${vizNamespace} get pods,events`);
}

/**
 * An address that kube-proxy doesn't know yet leaves the node, and a proxy in the network may answer it. Kubernetes
 * doesn't verify the certificate when it asks whether an aggregated API is available, and uses a connection again.
 */
const anotherServer = /bad status from \S+: 404/;
