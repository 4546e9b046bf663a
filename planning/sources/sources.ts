/**
 * Where images and charts come from, if not from the public registries: the content of a `sources.json`,
 * which an air-gapped user or the toolchain writes. Every key is optional; what is absent comes from its
 * public registry. Paths are relative to the file.
 */
export interface Sources {
  /** Docker image of every kind node. @default kind's own published image of the Kubernetes version */
  readonly nodeImage?: string;
  /** Image archives (`docker save` or OCI layout) to load into every node. */
  readonly archives?: readonly string[];
  /** Image references that replace those of the charts. */
  readonly images?: {
    /** @default cr.l5d.io/linkerd/controller:<version> */
    readonly controller?: string;
    /** @default cr.l5d.io/linkerd/proxy:<version> */
    readonly proxy?: string;
    /** The gateway's pause container. @default registry.k8s.io/pause:3.10.1 */
    readonly pause?: string;
    /**
     * Image of the pods with which verification sends traffic. @default
     * registry.k8s.io/e2e-test-images/agnhost:2.56
     */
    readonly probe?: string;
    /** Prometheus of clusters that are observed. @default docker.io/prom/prometheus:v3.16.0 */
    readonly prometheus?: string;
    /** Jaeger of clusters that are traced. @default docker.io/jaegertracing/jaeger:2.13.0 */
    readonly jaeger?: string;
  };
  /** Image archive with Prometheus. Only clusters that are observed get it. */
  readonly prometheusArchive?: string;
  /** Image archive with Jaeger. Only clusters that are traced get it. */
  readonly jaegerArchive?: string;
  /** linkerd-viz, for topologies with `observability.viz`. */
  readonly viz?: VizSources;
  /** MetalLB, for the kind clusters that get a load balancer. */
  readonly metallb?: MetalLbSources;
  /**
   * Directory with the charts linkerd-crds, linkerd-control-plane and linkerd-multicluster, and linkerd-viz where it is
   * wanted.
   */
  readonly charts?: string;
  /** YAML file with the Gateway API's CRDs. */
  readonly gatewayApi?: string;
  /**
   * The release of Linkerd in the charts and images, such as `edge-26.1.1`.
   * @default that of the charts, else that of the images by their tags
   */
  readonly linkerdVersion?: string;
  /**
   * Edge release → what differs for clusters that run it. For an upgrade, during which clusters run two
   * releases.
   */
  readonly versions?: Readonly<Record<string, VersionSources>>;
  /**
   * `none` if the images are stand-ins for Linkerd's Rust proxy that carry no traffic.
   * @default "real"
   */
  readonly dataPlane?: "real" | "none";
}

/** Where linkerd-viz comes from. */
export interface VizSources {
  /** Image archives. Only clusters with linkerd-viz get them. */
  readonly archives?: readonly string[];
  /** Image references that replace those of the chart. */
  readonly images?: {
    readonly metricsApi?: string;
    readonly tap?: string;
    readonly web?: string;
  };
  /** Whether its page is installed too. `false` where there is no image of it. @default true */
  readonly page?: boolean;
}

/** Where MetalLB comes from. */
export interface MetalLbSources {
  /** Directory of its chart. @default the chart of its Helm repository */
  readonly chart?: string;
  /** Image archives. Only clusters with a load balancer get them. */
  readonly archives?: readonly string[];
  /** Image references that replace those of the chart. */
  readonly images?: { readonly controller?: string; readonly speaker?: string };
}

/** The sources of one release of Linkerd. */
export interface VersionSources {
  /** More image archives. */
  readonly archives?: readonly string[];
  readonly images?: { readonly controller?: string; readonly proxy?: string };
  readonly charts?: string;
  readonly viz?: VizSources;
}

/** The sources with each path in them changed. */
export function mapPaths(sources: Sources, change: (path: string) => string): Sources {
  const { prometheusArchive, jaegerArchive, metallb, gatewayApi, versions } = sources;
  const withArchives = <T extends { readonly archives?: readonly string[] }>(one: T): T => ({
    ...one,
    ...(one.archives && { archives: one.archives.map(change) }),
  });
  const common = <T extends Pick<VersionSources, "archives" | "charts" | "viz">>(one: T): T => ({
    ...withArchives(one),
    ...(one.charts !== undefined && { charts: change(one.charts) }),
    ...(one.viz && { viz: withArchives(one.viz) }),
  });
  return {
    ...common(sources),
    ...(prometheusArchive !== undefined && { prometheusArchive: change(prometheusArchive) }),
    ...(jaegerArchive !== undefined && { jaegerArchive: change(jaegerArchive) }),
    ...(metallb && {
      metallb: {
        ...withArchives(metallb),
        ...(metallb.chart !== undefined && { chart: change(metallb.chart) }),
      },
    }),
    ...(gatewayApi !== undefined && { gatewayApi: change(gatewayApi) }),
    ...(versions && {
      versions: Object.fromEntries(
        Object.entries(versions).map(([version, own]) => [version, common(own)]),
      ),
    }),
  };
}

/** The sources of clusters that run a release. */
export function sourcesOf({ versions, ...common }: Sources, version: string): Sources {
  const own = versions?.[version];
  if (own === undefined) return common;
  return {
    ...common,
    ...own,
    archives: [...(common.archives ?? []), ...(own.archives ?? [])],
    images: { ...common.images, ...own.images },
  };
}
