import { RunError } from "@pulumi/pulumi";
import { credentialsName } from "../planning/names.ts";
import type { GatewayPlan, LinkPlan } from "../planning/plan-types.ts";
import { nudgedAnnotation } from "../linkerd/names.ts";

/** What determines the spec of a Link. */
export interface LinkSettings {
  /** Name of the target, and of the Link. */
  readonly target: string;
  readonly selectors: LinkPlan["selectors"];
  readonly excludedLabels: readonly string[];
  readonly excludedAnnotations: readonly string[];
  readonly gateway: Pick<GatewayPlan, "addresses" | "port" | "probePort" | "identity"> | undefined;
  readonly clusterDomain: string;
  readonly linkerdNamespace: string;
  /** Changes whenever the credentials change. */
  readonly credentialsRevision: string;
}

/**
 * The spec of a Link, multicluster.linkerd.io/v1alpha3.
 *
 * @throws pulumi.RunError if the gateway has no address: Linkerd takes such a Link for one without a gateway
 */
export function linkObjectSpec(settings: LinkSettings): Record<string, unknown> {
  const { gateway, selectors, excludedLabels } = settings;
  return {
    targetClusterName: settings.target,
    targetClusterDomain: settings.clusterDomain,
    targetClusterLinkerdNamespace: settings.linkerdNamespace,
    clusterCredentialsSecret: credentialsName(settings.target),
    ...(gateway && {
      gatewayAddress: joined(settings.target, gateway.addresses),
      gatewayPort: String(gateway.port),
      gatewayIdentity: gateway.identity,
      probeSpec: { path: "/ready", port: String(gateway.probePort), period: "3s" },
    }),
    ...(selectors.gateway && { selector: selectors.gateway }),
    ...(selectors.remoteDiscovery && { remoteDiscoverySelector: selectors.remoteDiscovery }),
    ...(selectors.federated && { federatedServiceSelector: selectors.federated }),
    ...(excludedLabels.length > 0 && { excludedLabels }),
    excludedAnnotations: [
      ...settings.excludedAnnotations,
      // Tools store the whole object in it, which differs from the mirror.
      "kubectl.kubernetes.io/last-applied-configuration",
      // The service mirror reads credentials when it starts and when the spec of its Link changes, but not
      // when only the Secret changes. An annotation that no Service has changes the spec without any other
      // effect.
      `linkerd-topology.dev/credentials-${settings.credentialsRevision}`,
      nudgedAnnotation,
    ],
  };
}

function joined(target: string, addresses: readonly string[]): string {
  if (addresses.length > 0 && !addresses.includes("")) return addresses.join(",");
  throw new RunError(
    `the Link to "${target}": gateway.addresses ${addresses.length === 0 ? "is empty" : "has an empty address"}, but ` +
      "the source reaches the gateway at one of them. A load balancer that another program made may have none yet: " +
      "wait until it has one, or leave `gateway` out if the Link needs no gateway.",
  );
}
