import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnauthorized, KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Endpoints, Lease, LinkObject, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isReady, troubleOf } from "../../kubernetes/pods.ts";
import {
  controllerOf,
  corePath,
  gatewayIdentityAnnotation,
  leaseOf,
  leasePath,
  linkPath,
  probeOf,
} from "../names.ts";
import { whyAtRest } from "./at-rest.ts";
import { type ControllerLog, readControllerLog } from "./controller-log.ts";
import { type ControllerMetrics, readControllerMetrics } from "./controller-metrics.ts";

/** A Link to look at, and its source. */
export interface LinkRef {
  /** Namespace of the Link and of its service mirror. */
  readonly namespace: string;
  /** Name of the Link, which is the name of the target cluster. */
  readonly link: string;
  /** The Link has a gateway. */
  readonly gateway: boolean;
  /** Version of the Link's API. @default "v1alpha3" */
  readonly apiVersion?: string;
  /** Deployment of the service mirror. @default the name that the extension's chart uses */
  readonly deployment?: string;
  /** Container of the service mirror. @default "controller" */
  readonly container?: string;
  /** Service that probes the gateway. @default the name that the extension's chart uses */
  readonly probe?: string;
}

/**
 * The result of a look at a Link. `stuckPod`: a service mirror that works with another state of the Link.
 * Either that passes within seconds, or it lasts until the pod is recreated: a Link that could not be taken
 * up is queued again behind newer ones, and wins.
 */
export type LinkLook =
  | { readonly done: true; readonly value: { readonly controllerPod: string } }
  | {
      readonly done: false;
      readonly seen: string;
      readonly stuckPod?: string;
      /** Why the pod, which is Ready, couldn't be read. It may still work on the Link. */
      readonly unread?: string;
      /** A workload that somebody scaled to 0, so waiting doesn't help. */
      readonly atRest?: string;
    };

/**
 * Whether the service mirror has taken up the current Link and the target accepted its credentials. A Ready
 * controller proves neither: it is Ready without a Link, and with credentials that nobody accepts. The proof
 * is all of this together:
 *
 * - A Ready pod holds the Lease (the Lease exists before the Link does).
 * - That pod has listed the target's Services and Endpoints: its cache gauges for that cluster are above 0.
 *   The gauges exist only while it works on a Link, and it can't list anything without access.
 * - Its metrics say that the Link has a gateway, or none, as the Link says.
 * - With a gateway: the probe's Endpoints have the Link's probe port and gateway identity.
 * - Its log, if it reaches back far enough, shows that it last took up this Link in its present generation,
 *   not an earlier Link of the same name.
 *
 * None of this needs an exported Service.
 */
export async function lookAtLink(api: KubernetesApi, ref: LinkRef): Promise<LinkLook> {
  const { namespace, link: name, deployment = controllerOf(name) } = ref;
  const look = await lookAtWorkingLink(api, ref);
  // Only a fault needs a reason.
  const waitsForPod = !look.done && look.stuckPod === undefined && look.unread === undefined;
  const atRest = waitsForPod ? await whyAtRest(api, namespace, deployment) : undefined;
  return atRest === undefined ? look : { ...notYet(atRest), atRest };
}

async function lookAtWorkingLink(api: KubernetesApi, ref: LinkRef): Promise<LinkLook> {
  const { namespace, link: name, probe: probeName = probeOf(name) } = ref;
  const [link, lease] = await Promise.all([
    getIfThere<LinkObject>(api, linkPath(namespace, name, ref.apiVersion)),
    getIfThere<Lease>(api, leasePath(namespace, leaseOf(name))),
  ]);
  if (link === undefined) return notYet(`no Link ${name} in namespace ${namespace}`);
  const holder = lease?.spec?.holderIdentity ?? "";
  if (holder === "") return notYet(`no pod holds the Lease ${leaseOf(name)}`);
  const pod = await getIfThere<Pod>(api, corePath(namespace, "pods", holder));
  if (pod === undefined)
    return notYet(`the Lease ${leaseOf(name)} is held by ${holder}, a pod that is gone`);
  if (!isReady(pod)) return notYet(`pod ${holder} is not Ready (${troubleOf(pod)})`);

  const [metrics, log, probe] = await Promise.all([
    metricsOf(api, namespace, holder, name),
    logOf(api, holder, ref),
    ref.gateway
      ? getIfThere<Endpoints>(api, corePath(namespace, "endpoints", probeName))
      : undefined,
  ]);
  const said = log?.error === undefined ? "" : `; its log says: ${log.error}`;
  if (typeof metrics === "string") return { ...notYet(metrics + said), unread: metrics };
  const otherwise = troubleInMetrics(metrics, ref, holder) ?? troubleInLog(log, link);
  if (otherwise !== undefined) return { ...notYet(otherwise + said), stuckPod: holder };
  const unreached = ref.gateway ? troubleInProbe(probe, link, probeName) : undefined;
  if (unreached !== undefined) return notYet(unreached + said);
  return { done: true, value: { controllerPod: holder } };
}

/** Where a person looks next. */
export function furtherAboutLink(ref: LinkRef): string {
  return (
    `Look further with: kubectl -n ${ref.namespace} logs deploy/${controllerOf(ref.link)} -c controller; ` +
    `kubectl -n ${ref.namespace} get links,leases,pods`
  );
}

function notYet(seen: string): { readonly done: false; readonly seen: string } {
  return { done: false, seen };
}

async function metricsOf(
  api: KubernetesApi,
  namespace: string,
  pod: string,
  target: string,
): Promise<ControllerMetrics | string> {
  try {
    return await readControllerMetrics(api, namespace, pod, target);
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || isUnauthorized(error)) throw error;
    return `the metrics of pod ${pod} can't be read (${error.message})`;
  }
}

async function logOf(
  api: KubernetesApi,
  pod: string,
  { namespace, link, container = "controller" }: LinkRef,
): Promise<ControllerLog | undefined> {
  try {
    const path = `${corePath(namespace, "pods", pod)}/log`;
    const text = await api.text(path, { container, tailLines: "2000" });
    return readControllerLog(text, link);
  } catch (error) {
    // The log only adds to what the metrics say.
    if (error instanceof KubernetesApiError) return undefined;
    throw error;
  }
}

function troubleInMetrics(
  metrics: ControllerMetrics,
  ref: Omit<LinkRef, "namespace">,
  pod: string,
): string | undefined {
  if (metrics.targetServices === undefined && metrics.gatewayEnabled === undefined) {
    return `pod ${pod} has not read the Link yet`;
  }
  if (metrics.targetServices === undefined) {
    return `pod ${pod} has read the Link but has no connection to the API server of ${ref.link}`;
  }
  if (metrics.targetServices === 0 || (metrics.targetEndpoints ?? 0) === 0) {
    return `pod ${pod} is not admitted by the API server of ${ref.link} (it can't list Services)`;
  }
  if (metrics.gatewayEnabled !== ref.gateway) {
    return ref.gateway
      ? `pod ${pod} has read the Link without a gateway`
      : `pod ${pod} has read the Link with a gateway`;
  }
  return undefined;
}

function troubleInLog(log: ControllerLog | undefined, link: LinkObject): string | undefined {
  const taken = log?.takenUp;
  if (taken === undefined) return undefined;
  const { uid, generation = 0 } = link.metadata;
  if (taken.uid !== uid) return "the service mirror still works on an earlier Link of this name";
  if (taken.generation >= generation) return undefined;
  return `the service mirror works on generation ${taken.generation} of the Link, which is at ${generation}`;
}

function troubleInProbe(
  probe: Endpoints | undefined,
  link: LinkObject,
  name: string,
): string | undefined {
  const subset = (probe?.subsets ?? [])[0];
  const addresses = subset?.addresses ?? [];
  if (addresses.length === 0) {
    const wanted = link.spec?.gatewayAddress ?? "";
    return `the Endpoints ${name} have no address (the gateway's is "${wanted}": does it resolve in the source?)`;
  }
  const port = String(subset?.ports?.[0]?.port);
  const wanted = link.spec?.probeSpec?.port;
  if (port !== wanted)
    return `the Endpoints ${name} have port ${port}, the Link ${wanted ?? "none"}`;
  const identity = probe?.metadata.annotations?.[gatewayIdentityAnnotation];
  if (identity !== link.spec?.gatewayIdentity) {
    return `the Endpoints ${name} name the gateway identity ${identity ?? "none"}, the Link ${link.spec?.gatewayIdentity ?? "none"}`;
  }
  return undefined;
}
