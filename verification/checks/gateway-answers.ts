import { gatewayName, multiclusterNamespace } from "../../planning/names.ts";
import type { Check, LinkSubject, Outcome } from "./check.ts";
import { probeOf } from "../../linkerd/names.ts";
import { mirrorContainerOf, serviceMirrorOf } from "../link-parts.ts";
import { failed, kubectl, notRun, passed } from "./check.ts";

/**
 * Without a data plane: the source's probes reach the program that stands in for the gateway. This proves the
 * way from the Link's addresses to the gateway's pod, and nothing about traffic.
 */
export const gatewayAnswers: Check<LinkSubject> = {
  id: "gateway-answers",
  title: "probes reach the gateway's stand-in",
  applies: ({ plan, target }) => plan.gateway !== undefined && target.dataPlane === "none",
  run: probed,
};

/** The source sees the target's gateway, a real proxy, as alive. */
export const gatewayAlive: Check<LinkSubject> = {
  id: "gateway-alive",
  title: "gateway alive",
  applies: ({ plan }) => plan.gateway !== undefined,
  needsDataPlane: true,
  run: probed,
};

function probed({ plan, status: { gateway }, source, target }: LinkSubject): Outcome {
  if (gateway.state === "alive") {
    const { latencyMilliseconds } = gateway;
    return passed(latencyMilliseconds === undefined ? undefined : `${latencyMilliseconds} ms`);
  }
  const own = plan.gateway?.own === undefined ? undefined : target.ownGateway;
  if (own?.missing !== undefined) {
    return notRun(`the gateway of ${plan.target} waits for ${own.missing}`);
  }
  const where = gateway.address ?? "no address";
  const namespace = own?.namespace ?? multiclusterNamespace;
  const ofOwn = own?.waitsForAddress === true ? [gatewayName] : [];
  const waiting = own === undefined ? (target.services?.withoutAddress ?? []) : ofOwn;
  if (plan.gateway?.serviceType === "LoadBalancer" && waiting.length > 0) {
    const services = waiting.map((name) => `${namespace}/${name}`);
    return failed(
      `the Service ${services.join(", ")} of ${plan.target} waits for an address: no load balancer has given it one`,
      `Look with: ${kubectl(target, `-n ${namespace} describe service ${waiting[0] ?? ""}`)}; ` +
        "install a load balancer in the cluster (a cloud's, MetalLB, cloud-provider-kind), or leave out gateway.serviceType",
    );
  }
  return failed(
    gateway.state === "not alive"
      ? `the probes of ${plan.target}'s gateway (${where}) are not answered`
      : `no probe of ${plan.target}'s gateway (${where}) is known yet`,
    `Look with: ${kubectl(source, `-n ${multiclusterNamespace} logs deploy/${serviceMirrorOf(plan)} -c ${mirrorContainerOf(plan)}`)}; ` +
      `the probe port of the Link, of the Service ${plan.found?.probe ?? probeOf(plan.name)} and of the gateway must be the same (linkerd2#14451)`,
  );
}
