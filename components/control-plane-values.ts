import { highAvailability } from "./high-availability.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** What determines the values of linkerd-control-plane, besides the trust anchors. */
export interface ControlPlaneSettings {
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly highAvailability: boolean;
  /** Image references that replace the chart's. */
  readonly images: {
    readonly controller?: string | undefined;
    readonly proxy?: string | undefined;
  };
  /** Values that are merged over all others. */
  readonly values: ChartValues;
}

/** Values of the chart linkerd-control-plane, without `identityTrustAnchorsPEM`. */
export function controlPlaneValues(settings: ControlPlaneSettings): Record<string, unknown> {
  const own: ChartValues = {
    clusterDomain: settings.clusterDomain,
    identityTrustDomain: settings.trustDomain,
    // The issuer is the package's own Secret and no chart value. So its key is in no Helm record, and the
    // running identity controller reads a new issuer. As a chart value it would need an upgrade of the
    // release, which creates new webhook certificates and restarts the rest of the control plane.
    identity: { issuer: { scheme: "kubernetes.io/tls" } },
    // Short-lived clusters have nothing to report to linkerd.io once a day.
    disableHeartBeat: true,
    // `webhookFailurePolicy` keeps the chart's default, `Ignore`. Pods that would lack their proxy because of
    // it start before the injector serves, and the package creates none before `InjectorReady`. `Fail` would
    // keep every pod of every other namespace from starting while the only injector is away.
    ...imageValues(settings.images),
  };
  const base = settings.highAvailability ? mergeValues(highAvailability.controlPlane, own) : own;
  return mergeValues(base, settings.values);
}

function imageValues(images: ControlPlaneSettings["images"]): ChartValues {
  const values: Record<string, unknown> = {};
  if (images.controller !== undefined) {
    const { name, version } = splitImage(images.controller);
    values.controllerImage = name;
    values.controllerImageVersion = version;
  }
  if (images.proxy !== undefined) values.proxy = { image: splitImage(images.proxy) };
  return values;
}
