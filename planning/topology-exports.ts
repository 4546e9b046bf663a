/**
 * How a Service is exported. `gateway`: its mirror leads through the target's gateway.
 * `remote-discovery`: its mirror leads to its pods. `federated`: it is a member of one Service over all
 * clusters, `<service>-federated`.
 */
export type ExportKind = "gateway" | "remote-discovery" | "federated";

/** A Service that one or several clusters export. */
export interface ExportSpec {
  /**
   * Name of the Service: a DNS-1035 label, which begins with a letter.
   * @pattern ^[a-z]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 63
   */
  readonly service: string;
  /**
   * Its namespace; mirrors are in the namespace of the same name.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 63
   */
  readonly namespace: string;
  /** Cluster, or clusters, that export it: targets of the Links that carry it. */
  readonly from: string | readonly string[];
  /** How it is exported. @default "gateway" */
  readonly as?: ExportKind;
  /**
   * The Service is headless, over the pods of a StatefulSet: besides `<service>-<target>` each pod gets
   * a mirror, `<pod>-<target>`. Only with `as: gateway`.
   * @default the Service has a cluster address
   */
  readonly headless?: HeadlessSpec;
}

/** The pods of an exported headless Service. */
export interface HeadlessSpec {
  /**
   * Name of the StatefulSet.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 63
   * @default the Service's name
   */
  readonly statefulSet?: string;
  /**
   * How many pods it has.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  readonly replicas: number;
}
