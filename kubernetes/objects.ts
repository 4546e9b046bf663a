/** The parts of Kubernetes' objects that the package reads, as in the API's JSON. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
  readonly managedFields?: readonly { readonly manager?: string; readonly time?: string }[];
}

export interface List<T> {
  /** `continue`: the list goes on from here. */
  readonly metadata?: { readonly continue?: string };
  readonly items: readonly T[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** Only Deployments have it. */
  readonly lastUpdateTime?: string;
}

export interface KubernetesNode {
  readonly metadata: Metadata;
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

export interface Namespace {
  readonly metadata: Metadata;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: unknown;
  }[];
  readonly resources?: unknown;
  /** `Always` on an init container makes it a native sidecar, which runs as long as its pod. */
  readonly restartPolicy?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly hostNetwork?: boolean;
    readonly serviceAccountName?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Deployment {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: Pick<Metadata, "annotations">;
      readonly spec?: { readonly containers: readonly Container[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface DaemonSet {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers: readonly Container[];
      };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

export interface ConfigMap {
  readonly metadata: Metadata;
  readonly data?: Readonly<Record<string, string>>;
}

export interface KubernetesSecret {
  readonly metadata: Metadata;
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Service {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly nodePort?: number;
      readonly appProtocol?: string;
      /** Number or name. If it is missing, it equals the Service's port. */
      readonly targetPort?: number | string;
    }[];
    readonly type?: string;
  };
  readonly status?: {
    /** What a load balancer gave it. */
    readonly loadBalancer?: { readonly ingress?: readonly object[] };
  };
}

export interface Endpoints {
  readonly metadata: Metadata;
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string; readonly hostname?: string }[];
    readonly notReadyAddresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

export interface Lease {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
    readonly leaseDurationSeconds?: number;
  };
}

/** A Link of multicluster.linkerd.io/v1alpha3; all of its scalars are strings. */
export interface LinkObject {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly targetClusterName?: string;
    readonly gatewayAddress?: string;
    readonly gatewayPort?: string;
    readonly gatewayIdentity?: string;
    readonly probeSpec?: { readonly path?: string; readonly port?: string };
  };
  readonly status?: {
    /** Service mirrors write null for none. */
    readonly mirrorServices?: readonly MirroredService[] | null;
    readonly federatedServices?: readonly MirroredService[] | null;
  };
}

export interface MirroredService {
  readonly remoteRef: { readonly name: string; readonly namespace?: string };
  readonly conditions?: readonly (Condition & {
    readonly localRef?: { readonly name: string; readonly namespace?: string };
  })[];
}
