import { stringify } from "yaml";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod, Service, Metadata } from "../../kubernetes/objects.ts";
import { isReady, proxyOf, statusesOf, troubleOf } from "../../kubernetes/pods.ts";
import { isGatewayPod } from "../../linkerd/gateway-pods.ts";
import {
  controllerMetricsPort,
  corePath,
  destinationMetricsPort,
  linkPath,
  proxyAdminPort,
} from "../../linkerd/names.ts";
import { podRoutes } from "../../planning/links/pod-routes.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import type { OwnGatewaySpec } from "../../planning/topology.ts";
import { columns } from "../render/table.ts";
import type { ClusterStatus, ServicesStatus } from "../status.ts";
import { eventsText, type KubernetesEvent } from "./events.ts";
import { withoutNoise } from "./object.ts";
import type { Parts } from "./parts.ts";

/** How many lines and bytes of each container's log to read. */
const logLimits = { tailLines: "5000", limitBytes: "2000000" };

const namespaces = [linkerdNamespace, multiclusterNamespace];

/**
 * Adds everything that the API of one cluster says and that helps to find a fault. No Secrets.
 *
 * @param ingress the ingress that is the cluster's gateway. Undefined: Linkerd's own is
 */
export async function addCluster(
  parts: Parts,
  status: ClusterStatus,
  api: KubernetesApi,
  ingress: OwnGatewaySpec | undefined,
): Promise<void> {
  const folder = `clusters/${status.name}`;
  const object = (path: string) => async (): Promise<string> => yamlOf(await api.get(path));
  const list = (path: string) => async (): Promise<string> =>
    yamlOf({ items: await listAll(api, path) });
  await Promise.all([
    parts.add(`${folder}/events.txt`, async () =>
      eventsText(await listAll<KubernetesEvent>(api, "/api/v1/events")),
    ),
    parts.add(`${folder}/nodes.yaml`, list("/api/v1/nodes")),
    parts.add(`${folder}/links.yaml`, list(linkPath(multiclusterNamespace))),
    ...namespaces.flatMap((namespace) => [
      parts.add(
        `${folder}/${namespace}/deployments.yaml`,
        list(`/apis/apps/v1/namespaces/${namespace}/deployments`),
      ),
      parts.add(
        `${folder}/${namespace}/leases.yaml`,
        list(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`),
      ),
    ]),
    ...["linkerd-config", "linkerd-identity-trust-roots"].map((name) =>
      parts.add(
        `${folder}/${linkerdNamespace}/${name}.yaml`,
        object(corePath(linkerdNamespace, "configmaps", name)),
      ),
    ),
    addServices(parts, folder, status, api),
    addPods(parts, folder, { api, ingress }),
  ]);
}

/** Services that are exports or mirrors, with their Endpoints and EndpointSlices. */
async function addServices(
  parts: Parts,
  folder: string,
  { services }: ClusterStatus,
  api: KubernetesApi,
): Promise<void> {
  const kinds = [
    ["services", "/api/v1/services"],
    ["endpoints", "/api/v1/endpoints"],
    ["endpointslices", "/apis/discovery.k8s.io/v1/endpointslices"],
  ] as const;
  await Promise.all(
    kinds.map(([kind, path]) =>
      parts.add(`${folder}/${kind}.yaml`, async () => {
        const items = await listAll<Service>(api, path);
        return yamlOf({ items: items.filter((item) => isOfMirroring(item, services)) });
      }),
    ),
  );
}

async function addPods(
  parts: Parts,
  folder: string,
  { api, ingress }: { readonly api: KubernetesApi; readonly ingress: OwnGatewaySpec | undefined },
): Promise<void> {
  let pods: readonly ScheduledPod[] = [];
  await parts.add(`${folder}/pods.txt`, async () => {
    pods = await listAll<ScheduledPod>(api, "/api/v1/pods");
    return podsText(pods);
  });
  const linkerds = pods.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""));
  const isGateway = (pod: Pod): boolean => isGatewayPod(pod, ingress);
  const ingresses = ingress === undefined ? [] : pods.filter(isGateway);
  const routers = pods.filter(
    ({ metadata }) =>
      metadata.namespace === podRoutes.namespace && metadata.labels?.["app"] === podRoutes.name,
  );
  await Promise.all([
    ...namespaces.map((namespace) =>
      parts.add(`${folder}/${namespace}/pods.yaml`, () =>
        yamlOf({ items: linkerds.filter(({ metadata }) => metadata.namespace === namespace) }),
      ),
    ),
    ...[...linkerds, ...routers].flatMap((pod) => addLogs(parts, folder, pod, { api })),
    // What an ingress logs itself is its owner's: addresses of people, and what they asked for.
    ...ingresses.flatMap((pod) =>
      addLogs(parts, folder, pod, { api, isWanted: (name) => name.startsWith("linkerd-") }),
    ),
    ...[...linkerds, ...ingresses].flatMap((pod) =>
      addMetrics(parts, folder, pod, { api, isGateway: isGateway(pod) }),
    ),
  ]);
}

function addLogs(
  parts: Parts,
  folder: string,
  pod: Pod,
  {
    api,
    isWanted = () => true,
  }: { readonly api: KubernetesApi; readonly isWanted?: (container: string) => boolean },
): Promise<void>[] {
  const { namespace = "", name } = pod.metadata;
  const path = `${corePath(namespace, "pods", name)}/log`;
  const restarted = (container: string): boolean =>
    statusesOf(pod).some((status) => status.name === container && (status.restartCount ?? 0) > 0);
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  return containers
    .filter(({ name: container }) => isWanted(container))
    .flatMap(({ name: container }) => {
      const query = { container, timestamps: "true", ...logLimits };
      const file = `${folder}/${namespace}/logs/${name}/${container}`;
      return [
        parts.add(`${file}.log`, () => api.text(path, query)),
        ...(restarted(container)
          ? [
              parts.add(`${file}.previous.log`, () =>
                api.text(path, { ...query, previous: "true" }),
              ),
            ]
          : []),
      ];
    });
}

/** The metrics of gateways, service mirrors and linkerd-destination. */
function addMetrics(
  parts: Parts,
  folder: string,
  pod: Pod,
  { api, isGateway }: { readonly api: KubernetesApi; readonly isGateway: boolean },
): Promise<void>[] {
  const { namespace = "", name } = pod.metadata;
  const ports = [
    ...(isGateway ? [proxyAdminPort] : []),
    ...(name.startsWith("controller-") ? [controllerMetricsPort, proxyAdminPort] : []),
    ...(name.startsWith("linkerd-destination-") ? [destinationMetricsPort] : []),
  ];
  return ports.map((port) =>
    parts.add(`${folder}/${namespace}/metrics/${name}-${port}.txt`, () =>
      api.podText(namespace, name, port, "/metrics"),
    ),
  );
}

function yamlOf(value: unknown): string {
  return stringify(withoutNoise(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

const keys = /^(mirror|multicluster)\.linkerd\.io\//;

/** Whether a Service, or the endpoints of one, is exported or is a mirror. */
function isOfMirroring(
  { metadata }: { readonly metadata: Metadata },
  services: ServicesStatus | undefined,
): boolean {
  const marks = { ...metadata.labels, ...metadata.annotations };
  if (Object.keys(marks).some((key) => keys.test(key))) return true;
  const service = metadata.labels?.["kubernetes.io/service-name"] ?? metadata.name;
  return [
    ...(services?.exported ?? []),
    ...(services?.mirrors ?? []).map(({ namespace, name }) => ({ namespace, service: name })),
    ...(services?.federated ?? []).map(({ namespace, name }) => ({ namespace, service: name })),
  ].some((one) => one.namespace === metadata.namespace && one.service === service);
}

type ScheduledPod = Pod & { readonly spec: { readonly nodeName?: string } };

/** One line for each pod, without the pod's own settings. */
export function podsText(pods: readonly ScheduledPod[]): string {
  const head = ["NAMESPACE", "NAME", "READY", "RESTARTS", "PROXY", "ADDRESS", "NODE", "STATE"];
  return columns([
    head,
    ...pods.map((pod) => [
      pod.metadata.namespace ?? "",
      pod.metadata.name,
      isReady(pod) ? "yes" : "no",
      `${statusesOf(pod).reduce((sum, one) => sum + (one.restartCount ?? 0), 0)}`,
      proxyOf(pod)?.image ?? "none",
      (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(","),
      pod.spec.nodeName ?? "",
      isReady(pod) ? (pod.status?.phase ?? "") : troubleOf(pod),
    ]),
  ]);
}
