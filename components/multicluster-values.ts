import type { GatewayPlan } from "../planning/plan-types.ts";
import { nativeSidecarAnnotations } from "../planning/linkerd/native-sidecars.ts";
import { highAvailability } from "./high-availability.ts";
import { defaultPauseImage } from "./pause-image.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** A cluster that this one has a Link to: one service mirror controller. */
export interface MirrorTarget {
  /** Name of the Link. */
  readonly name: string;
  /**
   * Port of the target's gateway's health probe, as this cluster reaches it; undefined where the Link
   * has no gateway.
   */
  readonly probePort: number | undefined;
  /** Mirror headless Services pod by pod. */
  readonly headless: boolean;
}

/** How a cluster's own gateway is exposed. */
export type ExposedGateway = Pick<GatewayPlan, "serviceType" | "port" | "probePort"> &
  Partial<Pick<GatewayPlan, "loadBalancerIP">>;

/** Labels and annotations that federated Services don't take over: keys, or `prefix/*`. */
export interface FederatedWithout {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** What the values of linkerd-multicluster follow from. */
export interface MulticlusterSettings {
  readonly trustDomain: string;
  /** How this cluster's own gateway is exposed; undefined for none. */
  readonly gateway: ExposedGateway | undefined;
  readonly targets: readonly MirrorTarget[];
  /** What federated Services don't take over of the cluster's own members. */
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
    // The chart does not inherit it from the control plane; a wrong one makes a gateway identity that
    // no proxy accepts (linkerd2#9044).
    identityTrustDomain: settings.trustDomain,
    gateway: gatewayValues(settings),
    // By name: the order in which somebody wrote the clusters is no other release.
    controllers: settings.targets
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((target) => controllerValues(target, settings.values)),
    controllerDefaults: image,
    localServiceMirror: { ...image, ...exclusionValues(settings.federatedWithout) },
    // An AccessAccount has fewer rights, and a token that can be rotated.
    remoteMirrorServiceAccount: false,
    // It would label the namespace, with an image of its own; we made the namespace with its labels.
    createNamespaceMetadataJob: false,
  };
  const base = settings.highAvailability ? mergeValues(highAvailability.multicluster, own) : own;
  return mergeValues(base, settings.values);
}

/** A Link's own exclusions reach members of other clusters only. */
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
  const nodePorts =
    gateway.serviceType === "NodePort"
      ? { nodePort: gateway.port, probe: { nodePort: gateway.probePort } }
      : {
          port: gateway.port,
          probe: { port: gateway.probePort },
          ...(gateway.loadBalancerIP !== undefined && { loadBalancerIP: gateway.loadBalancerIP }),
        };
  return {
    enabled: true,
    serviceType: gateway.serviceType,
    pauseImage: images.pause ?? defaultPauseImage,
    deploymentAnnotations: gatewayFarewell,
    ...nodePorts,
  };
}

/**
 * A gateway that is recreated goes on for so many seconds, until no node sends it anything any more: without
 * it sources meet a port that is closed, and their requests fail until they have given it up.
 *
 * As a native sidecar it could not wait, and the injector would refuse the pod. Releases from edge-26.5.2 on
 * have another key for that; each release ignores the key of the others.
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
    // A changed port must come with a new pod: the proxy of a running one has learned that the new port
    // is none of the probe Service's, and asks so often that it never forgets (linkerd2#14451). Nothing
    // in the chart's pod template has the port; of what can be set for one controller alone, a
    // toleration of a taint that no node has is the part that means nothing else.
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

/** Those that the person gave for every controller; a controller's own list takes their place. */
function defaultTolerations(values: ChartValues): readonly unknown[] {
  const defaults = values["controllerDefaults"];
  if (typeof defaults !== "object" || defaults === null) return [];
  const { tolerations } = defaults as { tolerations?: unknown };
  return Array.isArray(tolerations) ? tolerations : [];
}
