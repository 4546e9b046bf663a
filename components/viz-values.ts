import type { VizSources } from "../planning/sources/sources.ts";
import { highAvailability } from "./high-availability.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** What determines the values of linkerd-viz. */
export interface VizSettings {
  /** The Prometheus that it asks. */
  readonly prometheusUrl: string;
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly highAvailability: boolean;
  readonly sources: Pick<VizSources, "images" | "page">;
  /** Values that are merged over all others. */
  readonly values: ChartValues;
}

/** Values of the chart linkerd-viz. */
export function vizValues(settings: VizSettings): Record<string, unknown> {
  const { images = {}, page = true } = settings.sources;
  const own: ChartValues = {
    // The chart inherits neither from the control plane.
    identityTrustDomain: settings.trustDomain,
    clusterDomain: settings.clusterDomain,
    prometheusUrl: settings.prometheusUrl,
    prometheus: { enabled: false },
    metricsAPI: imageValues(images.metricsApi),
    tap: imageValues(images.tap),
    tapInjector: imageValues(images.tap),
    // The chart has no switch for its page.
    dashboard: { ...imageValues(images.web), ...(!page && { replicas: 0 }) },
    // It would label the namespace, with an image of its own. The package has already created the namespace
    // with its labels.
    createNamespaceMetadataJob: false,
  };
  const base = settings.highAvailability ? mergeValues(highAvailability.viz, own) : own;
  return mergeValues(base, settings.values);
}

/** The chart puts a slash between the registry and the name. */
function imageValues(reference: string | undefined): ChartValues {
  if (reference === undefined) return {};
  const { name: path, version: tag } = splitImage(reference);
  const [, registry = "docker.io/library", name = path] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
  return { image: { registry, name, tag } };
}
