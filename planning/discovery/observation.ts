import type { GatewayPlan, LinkPlan } from "../plan-types.ts";

/**
 * What a cluster said about itself and its mesh, whoever made it. Plain data without secrets: of credentials
 * only their destination.
 */
export interface ClusterObservation {
  /** Kubeconfig file that leads there. */
  readonly kubeconfig: string;
  /** Context in that file. */
  readonly context: string;
  /** The name that a person gave it. Undefined: {@link discover} chooses one. */
  readonly name?: string;
  /** URL of the API server, as this machine reaches it. */
  readonly server: string;
  /** UID of the namespace kube-system, which identifies the cluster. */
  readonly uid: string | undefined;
  /** SHA-256 of the certificate authority of the API server. */
  readonly authority: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly nodes: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    /** Its `podCIDR`s, which pods of some networks (Calico, Cilium, clouds) don't keep to. */
    readonly podCidrs: readonly string[];
  }[];
  /** As kubeadm was told. Several are separated by commas. */
  readonly podSubnet: string | undefined;
  readonly serviceSubnet: string | undefined;
  /** Of pods that aren't on a node's own network. Undefined: nobody looked, or may. */
  readonly podAddresses?: readonly string[];
  /** Undefined: there is no Linkerd, or it couldn't be asked. */
  readonly linkerd: LinkerdObservation | undefined;
  readonly gateways: readonly GatewayObservation[];
  readonly links: readonly LinkObservation[];
  /**
   * Service accounts of the multi-cluster extension, to which the credentials of other clusters' Links
   * belong.
   */
  readonly accounts: readonly { readonly name: string; readonly uid: string }[];
  /** Services with labels, without mirrors. */
  readonly services: readonly ServiceObservation[];
  /** Mirrors of other clusters' exports. */
  readonly mirrors: readonly MirrorObservation[];
  /** What could not be read. */
  readonly unread: readonly Unread[];
}

/** Something that could not be read. */
export interface Unread {
  /** Such as `Secrets in linkerd-multicluster`. */
  readonly what: string;
  /** What the API server said. */
  readonly why: string;
  /** The missing right. Undefined if something else was the reason. */
  readonly right?: string;
}

export interface LinkerdObservation {
  /** Namespace of the control plane. */
  readonly namespace: string;
  /** Namespace of the multi-cluster extension. Undefined: it isn't installed. */
  readonly extensionNamespace: string | undefined;
  /** From its Deployments, such as `edge-26.6.3` or `stable-2.14.10`. */
  readonly version: string | undefined;
  readonly trustDomain: string | undefined;
  readonly clusterDomain: string | undefined;
  readonly highAvailability: boolean;
  /** What installed it, such as `the Helm release linkerd-control-plane`. Undefined: nothing says so. */
  readonly installedBy?: string;
  /** The same of the multi-cluster extension. */
  readonly extensionInstalledBy?: string;
  readonly anchors: readonly CertificateObservation[];
  readonly issuer: IssuerObservation | undefined;
}

export interface CertificateObservation {
  readonly subject: string;
  /** SHA-256. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly expires: string;
}

export interface IssuerObservation extends CertificateObservation {
  /** cert-manager's issuer, if cert-manager creates it in the cluster. */
  readonly certManager?: { readonly name: string; readonly kind: string; readonly group: string };
}

/** A Service that other clusters' traffic enters through. */
export interface GatewayObservation {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly identity: string | undefined;
  readonly port: number | undefined;
  readonly probePort: number | undefined;
  readonly nodePort: number | undefined;
  readonly probeNodePort: number | undefined;
  /** Labels of its pods. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Addresses of its load balancer, and external ones. */
  readonly addresses: readonly string[];
  /** Which clients it accepts. Undefined: couldn't be read, or no policy says so. */
  readonly policy?: {
    readonly identities: readonly string[];
    readonly networks: readonly string[];
  };
}

export interface LinkObservation {
  readonly namespace: string;
  readonly name: string;
  /** Version of the API that served it: `v1alpha1` to `v1alpha3`. */
  readonly apiVersion: string;
  /** Linkerd's name of the target. */
  readonly targetName: string;
  readonly gateway: Pick<GatewayPlan, "addresses" | "port" | "probePort" | "identity"> | undefined;
  readonly selectors: LinkPlan["selectors"];
  readonly excludedLabels: readonly string[];
  readonly excludedAnnotations: readonly string[];
  /** `linkerd multicluster link` or `link-gen` wrote it. By default these select for every kind of export. */
  readonly byCli: boolean;
  /** Where its credentials lead. Undefined: couldn't be read, or there are none. */
  readonly credentials:
    | {
        readonly server: string;
        readonly authority: string | undefined;
        readonly account: string | undefined;
        readonly accountUid: string | undefined;
      }
    | undefined;
  /** The Deployment of its service mirror. Undefined: there is none. */
  readonly controller: ControllerObservation | undefined;
}

/** A service mirror. */
export interface ControllerObservation {
  readonly deployment: string;
  readonly container: string;
  /** Service that probes the gateway. */
  readonly probe: string;
  readonly headless: boolean;
  /** Created by the deprecated command `linkerd multicluster link`, not by the extension's chart. */
  readonly unmanaged: boolean;
}

export interface ServiceObservation {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly headless: boolean;
  /** For an exported headless Service: the names of its pods in its Endpoints. */
  readonly hostnames?: readonly string[];
}

export interface MirrorObservation {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "gateway" | "remote-discovery" | "headless" | "federated";
  /** Linkerd's names of the clusters whose Services it mirrors, without the cluster's own. */
  readonly targets: readonly string[];
}
