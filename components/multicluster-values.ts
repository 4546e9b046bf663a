import type { GatewayPlan } from "../planning/plan-types.ts";
import { nativeSidecarAnnotations } from "../planning/linkerd/native-sidecars.ts";
import { highAvailability } from "./high-availability.ts";
import { defaultPauseImage } from "./pause-image.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** A cluster that this one has a Link to. Each needs one service mirror. */
export interface MirrorTarget {
  /** Name of the Link. */
  readonly name: string;
  /**
   * Port of the target's gateway's health probe, as this cluster reaches it. Undefined if the Link has no
   * gateway.
   */
  readonly probePort: number | undefined;
  /** Mirror headless Services pod by pod. */
  readonly headless: boolean;
}

/** How a cluster's own gateway is exposed. */
export type ExposedGateway = Pick<GatewayPlan, "serviceType" | "port" | "probePort"> &
  Partial<Pick<GatewayPlan, "loadBalancerIP" | "serviceAnnotations" | "exposed">>;

/** Labels and annotations that federated Services don't get: keys, or `prefix/*`. */
export interface FederatedWithout {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** What determines the values of linkerd-multicluster. */
export interface MulticlusterSettings {
  readonly trustDomain: string;
  /** How this cluster's own gateway is exposed. Undefined: no gateway. */
  readonly gateway: ExposedGateway | undefined;
  readonly targets: readonly MirrorTarget[];
  /** What federated Services don't get from the cluster's own members. */
  readonly federatedWithout?: FederatedWithout | undefined;
  readonly highAvailability: boolean;
  readonly images: {
    readonly controller?: string | undefined;
    readonly pause?: string | undefined;
  };
  /** Values that are merged over all others. */
  readonly values: ChartValues;
}

/** Values of the chart linkerd-multicluster. */
export function multiclusterValues(settings: MulticlusterSettings): Record<string, unknown> {
  const image =
    settings.images.controller === undefined
      ? {}
      : { image: splitImage(settings.images.controller) };
  const own: ChartValues = {
    // The chart doesn't inherit it from the control plane. With a wrong one no proxy accepts the gateway's
    // identity (linkerd2#9044).
    identityTrustDomain: settings.trustDomain,
    gateway: gatewayValues(settings),
    // Sorted by name: another order of the clusters must not change the release.
    controllers: settings.targets
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((target) => controllerValues(target, settings.values)),
    controllerDefaults: image,
    localServiceMirror: { ...image, ...exclusionValues(settings.federatedWithout) },
    // An AccessAccount has fewer rights, and a token that can be rotated.
    remoteMirrorServiceAccount: false,
    // It would label the namespace, with an image of its own. The package has already created the namespace
    // with its labels.
    createNamespaceMetadataJob: false,
  };
  const base = settings.highAvailability ? mergeValues(highAvailability.multicluster, own) : own;
  return mergeValues(base, settings.values);
}

/** A Link's own exclusions affect only members of other clusters. */
function exclusionValues(
  { labels, annotations }: FederatedWithout = { labels: [], annotations: [] },
) {
  return {
    ...(labels.length > 0 && { excludedLabels: labels.join(",") }),
    ...(annotations.length > 0 && { excludedAnnotations: annotations.join(",") }),
  };
}

function gatewayValues({ gateway, images }: MulticlusterSettings): ChartValues {
  if (gateway === undefined) return { enabled: false };
  const { port, probePort } = gateway.exposed ?? gateway;
  const nodePorts =
    gateway.serviceType === "NodePort"
      ? { nodePort: port, probe: { nodePort: probePort } }
      : {
          port,
          probe: { port: probePort },
          ...(gateway.loadBalancerIP !== undefined && { loadBalancerIP: gateway.loadBalancerIP }),
        };
  return {
    enabled: true,
    serviceType: gateway.serviceType,
    pauseImage: images.pause ?? defaultPauseImage,
    deploymentAnnotations: gatewayFarewell,
    ...(gateway.serviceAnnotations && { serviceAnnotations: gateway.serviceAnnotations }),
    ...nodePorts,
  };
}

/**
 * How many seconds a gateway that is being deleted keeps running, until no node sends it anything any more.
 * Without the delay sources meet a closed port, and their requests fail until they stop using it.
 *
 * As a native sidecar the proxy could not wait, and the injector would refuse the pod. Releases since
 * edge-26.5.2 have another key for that; each release ignores the other's key.
 */
const gatewayFarewell = {
  "config.alpha.linkerd.io/proxy-wait-before-exit-seconds": "10",
  ...Object.fromEntries(nativeSidecarAnnotations.map((key) => [key, "false"])),
};

function controllerValues(target: MirrorTarget, values: ChartValues): ChartValues {
  const common = { link: { ref: { name: target.name } }, enableHeadlessServices: target.headless };
  if (target.probePort === undefined) return { ...common, gateway: { enabled: false } };
  return {
    ...common,
    gateway: { enabled: true, probe: { port: target.probePort } },
    // A changed port needs a new pod. The proxy of a running one has learned that the new port isn't one of
    // the probe Service's, and asks so often that it never forgets that (linkerd2#14451). The chart's pod
    // template doesn't contain the port. Of the values of a single controller, only a toleration has no other
    // effect: that of a taint that no node has.
    tolerations: [
      ...defaultTolerations(values),
      {
        key: "linkerd-topology.dev/probe-port",
        operator: "Equal",
        value: String(target.probePort),
        effect: "NoSchedule",
      },
    ],
  };
}

/** The user's tolerations for every controller. A controller's own list replaces them. */
function defaultTolerations(values: ChartValues): readonly unknown[] {
  const defaults = values["controllerDefaults"];
  if (typeof defaults !== "object" || defaults === null) return [];
  const { tolerations } = defaults as { tolerations?: unknown };
  return Array.isArray(tolerations) ? tolerations : [];
}
