import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesApi, NamedAccess } from "../kubernetes/api.ts";
import { isNotFound, KubernetesApiError } from "../kubernetes/errors.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { statusesOf } from "../kubernetes/pods.ts";
import {
  controllerOf,
  corePath,
  destinationDeployment,
  gatewayDeployment,
  identityDeployment,
  injectorDeployment,
  localMirrorDeployment,
} from "../linkerd/names.ts";
import { isGatewayPod, ownGatewayOf } from "../linkerd/gateway-pods.ts";
import { podRoutes } from "../planning/links/pod-routes.ts";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import { messageOf } from "../system/message-of.ts";
import { Connections } from "../verification/connections.ts";

/** Where the pods of each component are, and how their names begin. An ingress may take the place of the gateway. */
export const logComponents = {
  identity: { namespace: linkerdNamespace, prefix: `${identityDeployment}-` },
  destination: { namespace: linkerdNamespace, prefix: `${destinationDeployment}-` },
  "proxy-injector": { namespace: linkerdNamespace, prefix: `${injectorDeployment}-` },
  gateway: { namespace: multiclusterNamespace, prefix: `${gatewayDeployment}-` },
  "service-mirror": { namespace: multiclusterNamespace, prefix: controllerOf("") },
  "local-service-mirror": {
    namespace: multiclusterNamespace,
    prefix: `${localMirrorDeployment}-`,
  },
  "pod-routes": { namespace: podRoutes.namespace, prefix: `${podRoutes.name}-` },
} as const;

export type LogComponent = keyof typeof logComponents;

export interface LogsRequest {
  readonly clusters: readonly NamedAccess[];
  /** Tells in which clusters an ingress of one's own is the gateway. */
  readonly plan: Pick<Plan, "clusters">;
  /** @default all */
  readonly components?: readonly LogComponent[] | undefined;
  /** Names of containers. @default all */
  readonly containers?: readonly string[] | undefined;
  /** Lines of each container, from the end. @default 20, or all that `since` allows */
  readonly tail?: number | undefined;
  /** Only lines that are younger, in milliseconds. @default all */
  readonly since?: number | undefined;
  /** Goes on until the signal. @default false */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets each line. */
  readonly onLine: (line: LogLine) => void;
  /** Gets what could not be read, each text once. */
  readonly onProblem: (text: string) => void;
}

export interface LogLine {
  readonly cluster: string;
  readonly pod: string;
  readonly container: string;
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
  readonly text: string;
}

/** Time between two looks of `follow`, in milliseconds. */
const pause = 1_000;

const defaultTail = 20;

/**
 * Reads the logs of Linkerd's components from several clusters, merged by time. With `follow` it looks again and
 * again: pods that come later and containers that restart are part of it.
 *
 * @returns whether everything could be read
 */
export async function readLogs(request: LogsRequest): Promise<boolean> {
  const { signal } = request;
  const connections = new Connections({ signal });
  const told = new Set<string>();
  const seen = new Map<string, string>();
  const problem = (text: string): void => {
    if (!told.has(text)) request.onProblem(text);
    told.add(text);
  };
  for (;;) {
    try {
      const lines = await Promise.all(
        request.clusters.map(async (access) => {
          try {
            const api = await connections.open(access);
            return await linesOf(access.name, api, { request, seen, problem });
          } catch (error) {
            signal?.throwIfAborted();
            problem(`${access.name}: ${messageOf(error)}`);
            return [];
          }
        }),
      );
      for (const line of lines.flat().toSorted(byTime)) request.onLine(line);
      if (request.follow !== true) return told.size === 0;
      await sleep(pause, undefined, signal && { signal });
    } catch (error) {
      // The person ended it: that is how following ends.
      if (request.follow === true && signal?.aborted === true) return told.size === 0;
      throw error;
    }
  }
}

interface Look {
  readonly request: LogsRequest;
  /** Time of the last line that was read, by cluster, pod and container. */
  readonly seen: Map<string, string>;
  readonly problem: (text: string) => void;
}

async function linesOf(cluster: string, api: KubernetesApi, look: Look): Promise<LogLine[]> {
  const { components = Object.keys(logComponents) as LogComponent[] } = look.request;
  const ingress = ownGatewayOf(look.request.plan, cluster);
  const wanted = components.map((name) =>
    name === "gateway" && ingress !== undefined
      ? { namespace: ingress.namespace, has: (pod: Pod) => isGatewayPod(pod, ingress) }
      : {
          namespace: logComponents[name].namespace,
          has: ({ metadata }: Pod) => metadata.name.startsWith(logComponents[name].prefix),
        },
  );
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))];
  const pods = await Promise.all(
    namespaces.map(async (namespace) => {
      const found = await listAll<Pod>(api, corePath(namespace, "pods"));
      return found.filter((pod) =>
        wanted.some((one) => one.namespace === namespace && one.has(pod)),
      );
    }),
  );
  const lines = await Promise.all(
    pods.flat().flatMap((pod) =>
      startedContainers(pod, look.request.containers).map(async (container) => {
        try {
          return await linesOfContainer(cluster, pod, { container, api, look });
        } catch (error) {
          // The pod may have gone since the list was read.
          if (isNotFound(error)) return [];
          if (!(error instanceof KubernetesApiError)) throw error;
          look.problem(`${cluster} ${pod.metadata.name}/${container}: ${error.message}`);
          return [];
        }
      }),
    ),
  );
  return lines.flat();
}

/** Containers that have a log, also those that have ended. */
function startedContainers(pod: Pod, named: readonly string[] | undefined): readonly string[] {
  return statusesOf(pod)
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name }) => name)
    .filter((name) => named === undefined || named.includes(name));
}

async function linesOfContainer(
  cluster: string,
  { metadata }: Pod,
  { container, api, look }: { container: string; api: KubernetesApi; look: Look },
): Promise<LogLine[]> {
  const { since, tail = since === undefined ? defaultTail : undefined } = look.request;
  const key = JSON.stringify([cluster, metadata.namespace, metadata.name, container]);
  const last = look.seen.get(key);
  const text = await api.text(`${corePath(metadata.namespace ?? "", "pods", metadata.name)}/log`, {
    container,
    timestamps: "true",
    ...(last === undefined
      ? {
          ...(tail !== undefined && { tailLines: String(tail) }),
          ...(since !== undefined && {
            sinceSeconds: String(Math.max(1, Math.ceil(since / 1_000))),
          }),
        }
      : { sinceTime: last }),
  });
  const lines = text.split("\n").flatMap((line): LogLine[] => {
    const at = line.indexOf(" ");
    if (at < 0) return [];
    const time = line.slice(0, at);
    // The API counts in whole seconds, so it repeats what was read.
    if (last !== undefined && time <= last) return [];
    return [{ cluster, pod: metadata.name, container, time, text: line.slice(at + 1) }];
  });
  const newest = lines.at(-1);
  if (newest !== undefined) look.seen.set(key, newest.time);
  return lines;
}

function byTime(one: LogLine, other: LogLine): number {
  if (one.time === other.time) return 0;
  return one.time < other.time ? -1 : 1;
}
