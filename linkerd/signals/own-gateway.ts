import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata, Namespace, Pod, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isLive, isReady, proxyOf, troubleOf } from "../../kubernetes/pods.ts";
import { labelQuery } from "../../planning/labels.ts";
import type { OwnGatewaySpec } from "../../planning/topology.ts";
import { holds } from "../holds.ts";
import { corePath, gatewayVariable } from "../names.ts";
import {
  ownGatewayService,
  type OwnGatewayObject,
  type OwnGatewayService,
} from "../own-gateway-objects.ts";
import { isOurs } from "../traffic-objects.ts";
import { wantsProxy } from "../wants-proxy.ts";

/** An ingress that is a gateway, as it is in the cluster. */
export interface OwnGatewayLook {
  /** What its owner has yet to create. Undefined: nothing. */
  readonly missing: string | undefined;
  /** Why some of its pods are no gateway, and what to do. */
  readonly troubles: readonly string[];
  /** Pods that are a gateway. */
  readonly serving: number;
}

/** Whether the pods of an ingress are the gateway that a topology says they are. */
export async function lookAtOwnGateway(
  api: KubernetesApi,
  { namespace, selector, serviceAccount }: OwnGatewaySpec,
): Promise<OwnGatewayLook> {
  const nothing = { troubles: [], serving: 0 };
  const itself = await getIfThere<Namespace>(api, `/api/v1/namespaces/${namespace}`);
  if (itself === undefined) return { ...nothing, missing: `the namespace ${namespace}` };
  const labelSelector = labelQuery(selector);
  const found = await listAll<Pod>(api, corePath(namespace, "pods"), { labelSelector });
  const pods = found.filter(isLive);
  if (pods.length === 0) {
    return { ...nothing, missing: `pods of the namespace ${namespace} with ${labelSelector}` };
  }
  const troubles = pods.flatMap((pod) => whyNoGateway(pod, itself, serviceAccount) ?? []);
  return { missing: undefined, troubles, serving: pods.length - troubles.length };
}

function whyNoGateway(pod: Pod, namespace: Namespace, serviceAccount: string): string | undefined {
  const name = `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
  const template = "to the annotations of the pods in its Deployment or DaemonSet";
  const proxy = proxyOf(pod);
  if (proxy === undefined) {
    if (pod.spec.hostNetwork === true) {
      return `${name} is on the node's network, where no pod gets a proxy: take out hostNetwork`;
    }
    return wantsProxy(pod, namespace)
      ? `${name} has no proxy, although it asks for one: it is older than Linkerd's proxy injector. Restart its ` +
          `Deployment or DaemonSet (kubectl -n ${namespace.metadata.name} rollout restart)`
      : `${name} has no proxy: add linkerd.io/inject: enabled ${template}`;
  }
  if (!(proxy.env ?? []).some((one) => one.name === gatewayVariable)) {
    return `the proxy of ${name} is no gateway: add config.linkerd.io/enable-gateway: "true" ${template}`;
  }
  const account = pod.spec.serviceAccountName ?? "default";
  if (account !== serviceAccount) {
    return (
      `${name} runs as the service account ${account}, not ${serviceAccount}, so the sources refuse its identity: ` +
      "correct gateway.own.serviceAccount"
    );
  }
  return isReady(pod) ? undefined : `${name} is not Ready (${troubleOf(pod)})`;
}

/** How an object of the package differs from what is planned. Undefined: it doesn't. */
export async function lookAtObject(
  api: KubernetesApi,
  object: OwnGatewayObject,
): Promise<string | undefined> {
  return differenceOf(await getIfThere<Present>(api, object.path), object);
}

interface Present {
  readonly metadata: Metadata;
  readonly spec?: unknown;
}

function differenceOf(
  present: Present | undefined,
  { body: { kind, metadata, spec } }: OwnGatewayObject,
): string | undefined {
  const name = `${kind} ${metadata.namespace}/${metadata.name}`;
  if (present === undefined) return `the ${name} is missing`;
  if (!isOurs(present)) return `the ${name} was made by somebody else`;
  const isAsPlanned =
    holds(metadata.annotations ?? {}, present.metadata.annotations ?? {}) &&
    holds(spec, present.spec);
  return isAsPlanned ? undefined : `the ${name} was changed`;
}

/** The Service in front of the ingress' proxies. */
export interface OwnGatewayServiceLook {
  /** How it differs from what is planned. Undefined: it doesn't. */
  readonly trouble: string | undefined;
  /** No load balancer has given it an address yet. */
  readonly waitsForAddress: boolean;
}

export async function lookAtOwnGatewayService(
  api: KubernetesApi,
  wanted: OwnGatewayService,
): Promise<OwnGatewayServiceLook> {
  const object = ownGatewayService(wanted);
  const service = await getIfThere<Service>(api, object.path);
  const { type } = service?.spec ?? {};
  const { ingress = [] } = service?.status?.loadBalancer ?? {};
  return {
    trouble: differenceOf(service, object),
    waitsForAddress: type === "LoadBalancer" && ingress.length === 0,
  };
}
