import type { KubernetesApi } from "../../kubernetes/api.ts";
import { messageOf, type PropertyMap, secret } from "../server/index.ts";
import { apiServerPort, timeLimits } from "./constants.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";
import { kubeconfigText, type KubeCredentials, parseAdminConf } from "./kubeconfig.ts";
import { everythingMayPass, waitFor } from "../../kubernetes/wait.ts";

/** Access to a cluster: its API, and the parts of its kubeconfig. */
export interface Access {
  readonly credentials: KubeCredentials;
  readonly api: KubernetesApi;
}

/** The container that leads this machine to the API server: the load balancer or the only control plane. */
export function entrance(containers: readonly Container[]): Container {
  const container =
    containers.find(({ role }) => role === "external-load-balancer") ?? containers[0];
  if (container?.apiServer === undefined)
    throw new Error("no node publishes the API server's port");
  return container;
}

/** Reads the administrator's credentials from a control plane, once kubeadm has written them. */
export async function openCluster(
  containers: readonly Container[],
  limit: number,
  signal: AbortSignal,
): Promise<Access> {
  const server = `https://${entrance(containers).apiServer ?? ""}`;
  const [node] = containers;
  const credentials = await waitFor({
    what: `kubeadm's kubeconfig in the node ${node?.name ?? ""}`,
    limit,
    longest: 250,
    mayPass: everythingMayPass,
    signal,
    look: async (inner) => {
      const command = ["cat", "/etc/kubernetes/admin.conf"];
      const text = await dockerExec(node?.name ?? "", command, { signal: inner });
      return { done: true, value: parseAdminConf(text, server) };
    },
  });
  // Loaded on demand: most runs of the plugin never get here.
  const { connect } = await import("../../kubernetes/connect.ts");
  const kubeconfig = kubeconfigText(node?.name ?? "", credentials);
  return { credentials, api: await connect({ kubeconfig }, { signal }) };
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly podCIDR?: string };
    readonly status: {
      readonly conditions?: readonly { type: string; status: string; message?: string }[];
    };
  }[];
}

export class NodesNotReadyError extends Error {}

/** Waits until the API server says that every node of the cluster is Ready. */
export async function nodesReady(
  api: KubernetesApi,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<void> {
  const expected = nodesOf(containers);
  const ready = waitFor({
    what: `Ready nodes ${expected.join(", ")}`,
    limit: timeLimits.nodesReady,
    longest: 150,
    mayPass: everythingMayPass,
    further: `\`docker exec ${expected[0] ?? ""} journalctl -u kubelet\` tells more.`,
    signal,
    look: async () => {
      const { items } = await api.get<NodeList>("/api/v1/nodes");
      const pending = expected.flatMap((name) => {
        const node = items.find(({ metadata }) => metadata.name === name);
        if (node === undefined) return [`${name} has not joined`];
        const ready = node.status.conditions?.find(({ type }) => type === "Ready");
        // The outputs need the node's share of the pod subnet.
        if (ready?.status === "True" && node.spec.podCIDR !== undefined) return [];
        return [`${name} is not Ready (${ready?.message ?? "no report from its kubelet"})`];
      });
      return pending.length === 0
        ? { done: true, value: undefined }
        : { done: false, seen: pending.join("; ") };
    },
  });
  await ready.catch((error: unknown) => {
    signal.throwIfAborted();
    throw new NodesNotReadyError(messageOf(error), { cause: error });
  });
}

function nodesOf(containers: readonly Container[]): string[] {
  return containers.flatMap(({ name, role }) => (role === "external-load-balancer" ? [] : [name]));
}

export interface ClusterState {
  readonly outputs: PropertyMap;
  readonly kubeconfig: string;
  readonly kubernetesVersion: string;
  readonly nodeImage: string;
}

/** The outputs of the resource, read from the running cluster. */
export async function clusterOutputs(
  inputs: ClusterInputs,
  containers: readonly Container[],
  { api, credentials }: Access,
): Promise<ClusterState> {
  const [nodes, version, namespace] = await Promise.all([
    api.get<NodeList>("/api/v1/nodes"),
    api.get<{ gitVersion: string }>("/version"),
    api.get<{ metadata: { uid: string } }>("/api/v1/namespaces/kube-system"),
  ]);
  const kubeconfig = kubeconfigText(inputs.name, credentials);
  const nodeImage = containers[0]?.image ?? "";
  const balancer = containers.find(({ role }) => role === "external-load-balancer");
  const kubernetesVersion = version.gitVersion;
  return {
    kubeconfig,
    kubernetesVersion,
    nodeImage,
    outputs: {
      ...inputs,
      nodeImage,
      kubernetesVersion,
      kubeconfig: secret(kubeconfig),
      endpoint: credentials.server,
      internalEndpoint: `https://${entrance(containers).name}:${apiServerPort}`,
      clusterCaCertificate: credentials.caCertificate,
      nodes: containers
        .filter(({ role }) => role === "control-plane" || role === "worker")
        .map(({ name, role, networks }) => ({
          name,
          role: role ?? "",
          address: networks[inputs.network] ?? "",
          podCidr: nodes.items.find(({ metadata }) => metadata.name === name)?.spec.podCIDR ?? "",
        })),
      ...(balancer && { loadBalancerAddress: balancer.networks[inputs.network] ?? "" }),
      uid: namespace.metadata.uid,
    },
  };
}

/** Waits until the API server says that it is ready, for example after a restart of its node. */
export async function apiAnswers(api: KubernetesApi, signal: AbortSignal): Promise<void> {
  await waitFor({
    what: "the API server",
    limit: timeLimits.apiServerAnswers,
    longest: 250,
    mayPass: everythingMayPass,
    signal,
    look: async () => {
      await api.text("/readyz");
      return { done: true, value: undefined };
    },
  });
}
