import { parse } from "yaml";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Deployment, KubernetesSecret, LinkObject } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import {
  clusterNameLabel,
  corePath,
  deploymentPath,
  linkGroup,
  probeOf,
} from "../../linkerd/names.ts";
import type {
  ControllerObservation,
  LinkObservation,
} from "../../planning/discovery/observation.ts";
import { credentialsName } from "../../planning/names.ts";
import type { LabelSelector } from "../../planning/topology.ts";
import { authorityOf } from "./authority.ts";
import type { Reader } from "./reader.ts";

/** A Link of any API version: later versions only have more fields. */
interface AnyLink extends LinkObject {
  readonly spec?: LinkObject["spec"] & {
    readonly clusterCredentialsSecret?: string;
    readonly selector?: LabelSelector;
    readonly remoteDiscoverySelector?: LabelSelector;
    readonly federatedServiceSelector?: LabelSelector;
    readonly excludedLabels?: readonly string[];
    readonly excludedAnnotations?: readonly string[];
  };
}

/** Versions of the Link's API, the newest first. */
const knownVersions = ["v1alpha3", "v1alpha2", "v1alpha1"] as const;

/**
 * The Links of a cluster, in the newest version that it serves, with the service mirrors that work on them.
 */
export async function observeLinks(
  api: KubernetesApi,
  read: Reader,
): Promise<readonly LinkObservation[]> {
  const version = await read("versions of Links", `get /apis/${linkGroup}`, servedVersion(api));
  if (version === undefined) return [];
  const links = await read(
    "Links",
    `list links.${linkGroup}`,
    listAll<AnyLink>(api, `/apis/${linkGroup}/${version}/links`),
  );
  return Promise.all((links ?? []).map((link) => observeOne(api, read, link, version)));
}

/** Undefined: the cluster serves no version, so it has no Links. */
async function servedVersion(api: KubernetesApi): Promise<string | undefined> {
  const group = await getIfThere<{
    readonly versions?: readonly { readonly version: string }[];
  }>(api, `/apis/${linkGroup}`);
  const served = (group?.versions ?? []).map(({ version }) => version);
  return knownVersions.find((one) => served.includes(one));
}

async function observeOne(
  api: KubernetesApi,
  read: Reader,
  { metadata, spec = {} }: AnyLink,
  apiVersion: string,
): Promise<LinkObservation> {
  const { namespace = "", name, annotations } = metadata;
  const targetName = spec.targetClusterName ?? name;
  const secret = spec.clusterCredentialsSecret ?? credentialsName(targetName);
  const [credentials, deployments] = await Promise.all([
    read(
      `credentials of the Link ${name}`,
      `get Secrets in ${namespace}`,
      getIfThere<KubernetesSecret>(api, corePath(namespace, "secrets", secret)),
    ),
    read(
      `service mirror of the Link ${name}`,
      `list deployments.apps in ${namespace}`,
      listAll<Deployment>(api, deploymentPath(namespace), {
        labelSelector: `${clusterNameLabel}=${targetName}`,
      }),
    ),
  ]);
  return {
    namespace,
    name,
    apiVersion,
    targetName,
    gateway: gatewayOf(spec),
    selectors: {
      gateway: selectorOf(spec.selector),
      remoteDiscovery: selectorOf(spec.remoteDiscoverySelector),
      federated: selectorOf(spec.federatedServiceSelector),
    },
    excludedLabels: spec.excludedLabels ?? [],
    excludedAnnotations: spec.excludedAnnotations ?? [],
    // Linkerd's own check requires that annotation; the package also excludes keys of its own.
    byCli:
      annotations?.["linkerd.io/created-by"]?.startsWith("linkerd/cli") === true &&
      !(spec.excludedAnnotations ?? []).some((key) => key.startsWith("linkerd-topology.dev/")),
    credentials: credentialsIn(credentials?.data?.["kubeconfig"]),
    controller: controllerOf(deployments ?? [], name),
  };
}

function gatewayOf(spec: NonNullable<AnyLink["spec"]>): LinkObservation["gateway"] {
  const { gatewayAddress = "", gatewayPort = "", gatewayIdentity = "", probeSpec } = spec;
  if (gatewayAddress === "") return undefined;
  return {
    addresses: gatewayAddress.split(",").map((address) => address.trim()),
    port: Number(gatewayPort),
    probePort: Number(probeSpec?.port),
    identity: gatewayIdentity,
  };
}

/** A selector without conditions selects nothing. */
function selectorOf(selector: LabelSelector | null | undefined): LabelSelector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) return undefined;
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
}

interface Kubeconfig {
  readonly clusters?: readonly {
    readonly cluster?: { readonly server?: string; readonly "certificate-authority-data"?: string };
  }[];
  readonly users?: readonly {
    readonly name?: string;
    readonly user?: { readonly token?: string };
  }[];
}

/** Where credentials lead, and which account they belong to. The token itself isn't returned. */
function credentialsIn(encoded: string | undefined): LinkObservation["credentials"] {
  if (encoded === undefined) return undefined;
  let config: Kubeconfig;
  try {
    config = parse(Buffer.from(encoded, "base64").toString("utf8")) as Kubeconfig;
  } catch {
    return undefined;
  }
  const cluster = config.clusters?.[0]?.cluster;
  if (cluster?.server === undefined) return undefined;
  const authority = cluster["certificate-authority-data"];
  const account = accountOf(config.users?.[0]?.user?.token);
  return {
    server: cluster.server,
    authority: authorityOf(
      authority === undefined ? undefined : Buffer.from(authority, "base64").toString("utf8"),
    ),
    account: account.name ?? config.users?.[0]?.name,
    accountUid: account.uid,
  };
}

/** A service account's token names its account. Nothing depends on whether that is true. */
function accountOf(token: string | undefined): { readonly name?: string; readonly uid?: string } {
  const [, payload] = token?.split(".") ?? [];
  if (payload === undefined) return {};
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Readonly<
      Record<string, unknown>
    >;
    const nested = claims["kubernetes.io"] as
      | { readonly serviceaccount?: { readonly name?: string; readonly uid?: string } }
      | undefined;
    const flat = (key: string): string | undefined => {
      const value = claims[`kubernetes.io/serviceaccount/service-account.${key}`];
      return typeof value === "string" ? value : undefined;
    };
    const name = nested?.serviceaccount?.name ?? flat("name");
    const uid = nested?.serviceaccount?.uid ?? flat("uid");
    return { ...(name !== undefined && { name }), ...(uid !== undefined && { uid }) };
  } catch {
    return {};
  }
}

/** Prefers the chart's service mirror to one of the deprecated `linkerd multicluster link`. */
function controllerOf(
  deployments: readonly Deployment[],
  link: string,
): ControllerObservation | undefined {
  const found = deployments.flatMap(({ metadata, spec }): ControllerObservation[] => {
    const container = (spec?.template?.spec?.containers ?? []).find(({ args = [] }) =>
      args.includes("service-mirror"),
    );
    if (container === undefined) return [];
    const { args = [], name } = container;
    const probe = args.find((one) => one.startsWith("-probe-service="))?.split("=")[1];
    return [
      {
        deployment: metadata.name,
        container: name,
        probe: probe ?? probeOf(link),
        headless: args.some((one) => /^-enable-headless-services(?:=true)?$/.test(one)),
        unmanaged: metadata.labels?.["component"] !== "controller",
      },
    ];
  });
  return found.find(({ unmanaged }) => !unmanaged) ?? found[0];
}
