import { highAvailability } from "./high-availability.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** What the values of linkerd-control-plane follow from, besides the trust anchors. */
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
    // The issuer is a Secret of ours and no chart value: its key is then in no Helm record, and a new
    // one is read by the running identity controller, where an upgrade of the release makes new webhook
    // certificates and restarts the rest of the control plane.
    identity: { issuer: { scheme: "kubernetes.io/tls" } },
    // Clusters that come and go have nothing to report to linkerd.io once a day.
    disableHeartBeat: true,
    // `webhookFailurePolicy` stays the chart's: `Ignore`. Pods that would miss their proxy for it come
    // before the injector serves, and nothing of ours is sent before `InjectorReady`; while `Fail` keeps
    // every pod of every other namespace from starting as long as the one injector is away.
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
