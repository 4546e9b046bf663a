/**
 * Where images and charts come from when it is not the public registries: the content of a
 * `sources.json`, written by an air-gapped user or by the toolchain. Every key is optional; what is
 * absent comes from its public registry. Paths are relative to the file.
 */
export interface Sources {
  /** Docker image of every kind node. @default kind's own published image of the Kubernetes version */
  readonly nodeImage?: string;
  /** Image archives (`docker save` or OCI layout) that are loaded into every node. */
  readonly archives?: readonly string[];
  /** Image references that replace those of the charts. */
  readonly images?: {
    /** @default cr.l5d.io/linkerd/controller:<version> */
    readonly controller?: string;
    /** @default cr.l5d.io/linkerd/proxy:<version> */
    readonly proxy?: string;
    /** The gateway's pause container. @default registry.k8s.io/pause:3.10.1 */
    readonly pause?: string;
    /** What verification sends traffic with. @default registry.k8s.io/e2e-test-images/agnhost:2.56 */
    readonly probe?: string;
  };
  /** Directory with the charts linkerd-crds, linkerd-control-plane and linkerd-multicluster. */
  readonly charts?: string;
  /** YAML file with the Gateway API's CRDs. */
  readonly gatewayApi?: string;
  /**
   * `none` where the images that stand in for Linkerd's Rust proxy carry no traffic.
   * @default "real"
   */
  readonly dataPlane?: "real" | "none";
}
