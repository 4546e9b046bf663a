import { parse } from "yaml";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnreachable, KubernetesApiError } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type {
  ConfigMap,
  Deployment,
  KubernetesSecret,
  Metadata,
  Namespace,
  Service,
} from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import {
  clusterNameLabel,
  corePath,
  gatewayNameOf,
  issuerSecret,
  localDiscoveryAnnotation,
  mirroredServiceLabel,
  remoteDiscoveryKey,
  versionLabel,
} from "../../linkerd/names.ts";
import { observeCertificates } from "../../linkerd/trust/certificates.ts";
import type {
  ClusterObservation,
  GatewayObservation,
  LinkerdObservation,
  MirrorObservation,
  ServiceObservation,
  Unread,
} from "../../planning/discovery/observation.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { observeNodes } from "../facts/nodes.ts";
import { observeSubnets } from "../facts/subnets.ts";
import { authorityOf } from "./authority.ts";
import { observeLinks } from "./observe-links.ts";
import { type Reader, unreadBecause } from "./reader.ts";

/** How to reach a cluster. */
export interface ClusterWay {
  readonly kubeconfig: string;
  readonly context: string;
  readonly name?: string;
}

/**
 * Reads what a cluster says about itself and its mesh. It changes nothing. The answer names what may not be
 * read, and also says if a cluster doesn't answer at all.
 *
 * @param api reads each thing once
 */
export async function observeForDiscovery(
  way: ClusterWay,
  api: KubernetesApi,
): Promise<ClusterObservation> {
  const unread: Unread[] = [];
  const read: Reader = async (what, right, asked) => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      unread.push(unreadBecause(what, right, error));
      return undefined;
    }
  };
  const nothing: ClusterObservation = {
    ...way,
    server: api.server,
    uid: undefined,
    authority: undefined,
    kubernetesVersion: undefined,
    nodes: [],
    podSubnet: undefined,
    serviceSubnet: undefined,
    linkerd: undefined,
    gateways: [],
    links: [],
    accounts: [],
    services: [],
    mirrors: [],
    unread,
  };
  let version: { readonly gitVersion?: string };
  try {
    version = await api.get("/version");
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    unread.push({
      what: "the cluster",
      why: isUnreachable(error) ? `no answer: ${error.detail}` : error.message,
    });
    return nothing;
  }
  const [system, root, nodes, kubeadm, namespaces, linkerd, services, accounts] = await Promise.all(
    [
      read(
        "which cluster it is",
        "get the namespace kube-system",
        getIfThere<Namespace>(api, "/api/v1/namespaces/kube-system"),
      ),
      read(
        "its certificate authority",
        "get ConfigMaps in kube-system",
        getIfThere<ConfigMap>(api, corePath("kube-system", "configmaps", "kube-root-ca.crt")),
      ),
      read("nodes", "list nodes", observeNodes(api)),
      read(
        "kubeadm's subnets",
        "get ConfigMaps in kube-system",
        getIfThere<ConfigMap>(api, corePath("kube-system", "configmaps", "kubeadm-config")),
      ),
      read("namespaces", "list namespaces", listAll<Namespace>(api, "/api/v1/namespaces")),
      read(
        "Linkerd's Deployments",
        "list deployments.apps in all namespaces",
        listAll<Deployment>(api, "/apis/apps/v1/deployments", {
          labelSelector: "linkerd.io/control-plane-component",
        }),
      ),
      read("Services", "list services", listAll<Service>(api, "/api/v1/services")),
      read(
        "accounts of others",
        `list serviceaccounts in ${multiclusterNamespace}`,
        listAll<{ readonly metadata: Metadata }>(
          api,
          corePath(multiclusterNamespace, "serviceaccounts"),
        ),
      ),
    ],
  );
  const subnets =
    nodes &&
    (await read("subnets", "list servicecidrs.networking.k8s.io", observeSubnets(api, nodes)));
  const written = kubeadmNetworks(kubeadm);
  const extension = namespaces?.find(
    ({ metadata }) => metadata.labels?.["linkerd.io/extension"] === "multicluster",
  );
  return {
    ...nothing,
    uid: system?.metadata.uid,
    authority: authorityOf(root?.data?.["ca.crt"]),
    kubernetesVersion: version.gitVersion,
    nodes: (nodes ?? []).map(({ name, address, podCidrs }) => ({
      name,
      addresses: address === undefined ? [] : [address],
      podCidrs,
    })),
    podSubnet: written.podSubnet,
    serviceSubnet: written.serviceSubnet ?? subnets?.serviceSubnet,
    linkerd: await observeLinkerd(api, read, linkerd ?? [], {
      namespace: extension?.metadata.name,
      services: services ?? [],
    }),
    gateways: await observeGateways(api, read, services ?? []),
    links: await observeLinks(api, read),
    accounts: (accounts ?? []).map(({ metadata: { name, uid = "" } }) => ({ name, uid })),
    services: (services ?? []).flatMap(exportable),
    mirrors: (services ?? []).flatMap(mirrorIn),
    unread,
  };
}

function kubeadmNetworks(config: ConfigMap | undefined): {
  readonly podSubnet?: string;
  readonly serviceSubnet?: string;
} {
  const text = config?.data?.["ClusterConfiguration"];
  if (text === undefined) return {};
  try {
    const { networking } = parse(text) as {
      readonly networking?: { readonly podSubnet?: string; readonly serviceSubnet?: string };
    };
    return networking ?? {};
  } catch {
    return {};
  }
}

async function observeLinkerd(
  api: KubernetesApi,
  read: Reader,
  deployments: readonly Deployment[],
  extension: { readonly namespace: string | undefined; readonly services: readonly Service[] },
): Promise<LinkerdObservation | undefined> {
  const destination = deployments.find(
    ({ metadata }) => metadata.labels?.["linkerd.io/control-plane-component"] === "destination",
  );
  if (destination === undefined) return undefined;
  const { namespace = linkerdNamespace, labels } = destination.metadata;
  const [config, certificates, issuer] = await Promise.all([
    read(
      "Linkerd's configuration",
      `get ConfigMaps in ${namespace}`,
      getIfThere<ConfigMap>(api, corePath(namespace, "configmaps", "linkerd-config")),
    ),
    read(
      "trust anchors and issuer",
      `get ConfigMaps and Secrets in ${linkerdNamespace}`,
      observeCertificates(api),
    ),
    // Already read. If it may not be read, that was noted then.
    getIfThere<KubernetesSecret>(api, corePath(namespace, "secrets", issuerSecret)).catch(
      () => undefined,
    ),
  ]);
  const values = parsed(config?.data?.["values"]);
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const certManager = madeByCertManager(issuer?.metadata.annotations);
  const installedBy = installerOf(destination.metadata);
  const ofExtension = extension.services.find(
    ({ metadata }) =>
      metadata.namespace === extension.namespace &&
      metadata.annotations?.[multiclusterGatewayAnnotation] === "true",
  );
  const extensionInstalledBy = ofExtension && installerOf(ofExtension.metadata);
  return {
    namespace,
    extensionNamespace: extension.namespace,
    ...(installedBy !== undefined && { installedBy }),
    ...(extensionInstalledBy !== undefined && { extensionInstalledBy }),
    version: text("linkerdVersion") ?? labels?.[versionLabel],
    trustDomain: text("identityTrustDomain"),
    clusterDomain: text("clusterDomain"),
    highAvailability: values["highAvailability"] === true,
    anchors: (certificates?.trustAnchors ?? []).map(({ subject, fingerprint, expires }) => ({
      subject,
      fingerprint,
      expires,
    })),
    issuer: certificates?.issuer && {
      subject: certificates.issuer.subject,
      fingerprint: certificates.issuer.fingerprint,
      expires: certificates.issuer.expires,
      ...(certManager && { certManager }),
    },
  };
}

const multiclusterGatewayAnnotation = "mirror.linkerd.io/multicluster-gateway";

/** What installed an object of Linkerd, by the marks that it leaves. */
function installerOf({ annotations = {}, namespace = "" }: Metadata): string | undefined {
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined) {
    const where = annotations["meta.helm.sh/release-namespace"] ?? namespace;
    return `the Helm release ${release} in ${where}`;
  }
  const createdBy = annotations["linkerd.io/created-by"];
  return createdBy?.startsWith("linkerd/cli") === true ? "Linkerd's CLI" : undefined;
}

function parsed(yaml: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(yaml ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function madeByCertManager(annotations: Readonly<Record<string, string>> = {}) {
  const name = annotations["cert-manager.io/issuer-name"];
  if (name === undefined) return undefined;
  return {
    name,
    kind: annotations["cert-manager.io/issuer-kind"] ?? "Issuer",
    group: annotations["cert-manager.io/issuer-group"] ?? "cert-manager.io",
  };
}

interface GatewayService extends Service {
  readonly spec?: Service["spec"] & {
    readonly type?: string;
    readonly externalIPs?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

async function observeGateways(
  api: KubernetesApi,
  read: Reader,
  services: readonly GatewayService[],
): Promise<readonly GatewayObservation[]> {
  const gateways = services.filter(
    ({ metadata }) => metadata.annotations?.[multiclusterGatewayAnnotation] === "true",
  );
  return Promise.all(
    gateways.map(async ({ metadata, spec, status }): Promise<GatewayObservation> => {
      const { namespace = "", name, annotations = {} } = metadata;
      const port = (wanted: string) => spec?.ports?.find((one) => one.name === wanted);
      const policy = await read(
        "the gateway's policy",
        `get meshtlsauthentications and networkauthentications of policy.linkerd.io in ${namespace}`,
        policyOf(api, namespace),
      );
      const identity = annotations["mirror.linkerd.io/gateway-identity"];
      return {
        namespace,
        name: gatewayNameOf(identity) ?? name,
        type: spec?.type ?? "ClusterIP",
        identity,
        port: port("mc-gateway")?.port,
        probePort: port("mc-probe")?.port,
        nodePort: port("mc-gateway")?.nodePort,
        probeNodePort: port("mc-probe")?.nodePort,
        ...(spec?.selector && { selector: spec.selector }),
        addresses: [
          ...(status?.loadBalancer?.ingress ?? []).flatMap(
            ({ ip, hostname }) => ip ?? hostname ?? [],
          ),
          ...(spec?.externalIPs ?? []),
        ],
        ...(policy && { policy }),
      };
    }),
  );
}

/** Finds the default policy from the objects of Linkerd's chart. */
async function policyOf(
  api: KubernetesApi,
  namespace: string,
): Promise<GatewayObservation["policy"]> {
  const path = (kind: string, name: string): string =>
    `/apis/policy.linkerd.io/v1alpha1/namespaces/${namespace}/${kind}/${name}`;
  const [identities, networks] = await Promise.all([
    getIfThere<{ readonly spec?: { readonly identities?: readonly string[] } }>(
      api,
      path("meshtlsauthentications", "any-meshed"),
    ),
    getIfThere<{
      readonly spec?: { readonly networks?: readonly { readonly cidr: string }[] };
    }>(api, path("networkauthentications", "source-cluster")),
  ]);
  if (identities === undefined || networks === undefined) return undefined;
  return {
    identities: identities.spec?.identities ?? [],
    networks: (networks.spec?.networks ?? []).map(({ cidr }) => cidr),
  };
}

/** A Service that a Link could select. An empty selector selects nothing. */
function exportable({ metadata, spec }: Service): readonly ServiceObservation[] {
  const { namespace = "", name, labels = {} } = metadata;
  if (labels[mirroredServiceLabel] === "true" || Object.keys(labels).length === 0) return [];
  return [{ namespace, name, labels, headless: spec?.clusterIP === "None" }];
}

function mirrorIn({ metadata, spec }: Service): readonly MirrorObservation[] {
  const { namespace = "", name, labels = {}, annotations = {} } = metadata;
  if (labels[mirroredServiceLabel] !== "true") return [];
  const target = labels[clusterNameLabel];
  const members = annotations[remoteDiscoveryKey];
  if (members !== undefined || annotations[localDiscoveryAnnotation] !== undefined) {
    const targets = (members ?? "").split(",").flatMap((member) => member.split("@")[1] ?? []);
    return [{ namespace, name, kind: "federated", targets }];
  }
  const kind =
    labels[remoteDiscoveryKey] !== undefined
      ? "remote-discovery"
      : spec?.clusterIP === "None"
        ? "headless"
        : "gateway";
  return [{ namespace, name, kind, targets: target === undefined ? [] : [target] }];
}
