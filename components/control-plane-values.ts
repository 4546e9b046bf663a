import { highAvailability } from "./high-availability.ts";
import { linkerdNamespace } from "../planning/names.ts";
import { type ChartValues, mergeValues, splitImage } from "./values.ts";

/** Where proxies send spans of the requests that bear a trace context. */
export interface ProxyTracing {
  /** Host and port of a collector that takes OTLP over gRPC, such as a Jaeger's Service. */
  readonly endpoint: string;
  /** The collector's service account. Proxies know the collector by it. */
  readonly account: { readonly name: string; readonly namespace: string };
  /** Each span says that it is from this cluster. */
  readonly cluster: string;
}

/** What determines the values of linkerd-control-plane, besides the trust anchors. */
export interface ControlPlaneSettings {
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly highAvailability: boolean;
  /** Undefined: proxies send no spans. */
  readonly tracing?: ProxyTracing | undefined;
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
    ...controllerValues(settings.images),
    ...proxyValues(settings),
  };
  const base = settings.highAvailability ? mergeValues(highAvailability.controlPlane, own) : own;
  return mergeValues(base, settings.values);
}

function controllerValues({ controller }: ControlPlaneSettings["images"]): ChartValues {
  if (controller === undefined) return {};
  const { name, version } = splitImage(controller);
  return { controllerImage: name, controllerImageVersion: version };
}

function proxyValues({ images, tracing, ...domains }: ControlPlaneSettings): ChartValues {
  const proxy: ChartValues = {
    ...(images.proxy !== undefined && { image: splitImage(images.proxy) }),
    ...(tracing && { tracing: tracingValues(tracing, domains) }),
  };
  return Object.keys(proxy).length === 0 ? {} : { proxy };
}

function tracingValues(
  tracing: ProxyTracing,
  { trustDomain, clusterDomain }: Pick<ControlPlaneSettings, "trustDomain" | "clusterDomain">,
): ChartValues {
  const { name: serviceAccountName, namespace } = tracing.account;
  // The chart ends the collector's identity with the domain of the cluster, where that of the trust belongs. It
  // writes the namespace into YAML without quotes: so the right end can come with it, and a comment hides the rest.
  const identity = `${namespace}.serviceaccount.identity.${linkerdNamespace}.${trustDomain} #`;
  return {
    enabled: true,
    labels: { "k8s.cluster.name": tracing.cluster },
    collector: {
      endpoint: tracing.endpoint,
      meshIdentity: {
        serviceAccountName,
        namespace: trustDomain === clusterDomain ? namespace : identity,
      },
    },
  };
}
