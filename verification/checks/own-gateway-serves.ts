import { gatewayName } from "../../planning/names.ts";
import { type Check, type ClusterSubject, failed, kubectl, notRun, passed } from "./check.ts";

/** The pods of the ingress that the topology makes a cluster's gateway can be one, and its Service leads to them. */
export const ownGatewayServes: Check<ClusterSubject> = {
  id: "own-gateway-serves",
  title: "the ingress is a gateway",
  applies: ({ plan, status }) => status.reachable && plan.gateway?.own !== undefined,
  run: ({ status }) => {
    const { ownGateway: own } = status;
    if (own === undefined) return notRun("its pods can't be listed");
    if (own.missing !== undefined) return notRun(`waiting for ${own.missing}`);
    if (own.troubles.length > 0) {
      return failed(
        own.troubles.join("; "),
        `Look with: ${kubectl(status, `-n ${own.namespace} get pods -o wide`)}`,
      );
    }
    if (own.service !== undefined) {
      return failed(
        own.service,
        `\`up\` makes it. Look with: ${kubectl(status, `-n ${own.namespace} get service ${gatewayName} -o yaml`)}`,
      );
    }
    return passed(`${own.serving} ${own.serving === 1 ? "pod" : "pods"}`);
  },
};
