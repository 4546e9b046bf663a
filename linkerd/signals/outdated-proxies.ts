import { isDeepStrictEqual } from "node:util";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Container, Deployment, Metadata, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isLive, proxyContainer, proxyOf } from "../../kubernetes/pods.ts";
import { isRestartable, workloadPath } from "../../kubernetes/rollout.ts";
import {
  corePath,
  deploymentPath,
  fieldManager,
  injectorDeployment,
  trustAnchorsVariable,
} from "../names.ts";
import { linkerdNamespace } from "../../planning/names.ts";
import { workloadOf } from "../trust/proxy-trust.ts";
import { webhookAnswer } from "../../kubernetes/webhook-answers.ts";
import { lookAtInjection } from "./injection.ts";

/** A pod with another proxy than it would get now. */
export interface OutdatedProxy {
  readonly namespace: string;
  readonly pod: string;
  /** The controller that recreates it, as `Kind/name`. Undefined: none. */
  readonly workload: string | undefined;
  /** What differs, as text for messages. */
  readonly reason: string;
}

/**
 * Compares the proxies of running pods with those that Linkerd would inject now. For each workload it asks
 * the API server, as a dry run, what it would make of a new pod. So everything that reaches a proxy counts
 * (image, values, annotations), and nothing else does.
 *
 * It ignores what a proxy trusts: a rotation of the trust anchor restarts pods for that, in its own order.
 */
export async function lookAtOutdatedProxies(
  api: KubernetesApi,
  namespaces: readonly string[],
): Promise<readonly OutdatedProxy[]> {
  const settled = await injectorSettled(api);
  const looks = await Promise.all(
    namespaces.map(async (namespace) => {
      const pods = (await listAll<Pod>(api, corePath(namespace, "pods"))).filter(isLive);
      const groups = new Map<string, Pod[]>();
      for (const pod of pods) {
        const workload = workloadOf(pod);
        const key = isRestartable(workload) ? workload : "";
        groups.set(key, [...(groups.get(key) ?? []), pod]);
      }
      const found = [...groups].map(([workload, group]) =>
        workload === ""
          ? nobodysPods(api, namespace, group)
          : podsOf(api, { namespace, workload, pods: group, settled }),
      );
      return (await Promise.all(found)).flat();
    }),
  );
  return looks.flat();
}

/** The present injector certainly injected pods that are younger than this, in milliseconds. */
async function injectorSettled(api: KubernetesApi): Promise<number> {
  const deployment = await getIfThere<Deployment>(
    api,
    deploymentPath(linkerdNamespace, injectorDeployment),
  );
  const rolledOut = deployment?.status?.conditions?.find(({ type }) => type === "Progressing");
  const time = Date.parse(rolledOut?.lastUpdateTime ?? "");
  return Number.isNaN(time) ? Infinity : time + routingTakes;
}

/** How long the API server may still call an earlier injector, in milliseconds. */
const routingTakes = 30_000;

interface WorkloadPods {
  readonly namespace: string;
  readonly workload: string;
  readonly pods: readonly Pod[];
  readonly settled: number;
}

async function podsOf(
  api: KubernetesApi,
  { namespace, workload, pods, settled }: WorkloadPods,
): Promise<readonly OutdatedProxy[]> {
  const found = await getIfThere<Workload>(api, workloadPath(namespace, workload));
  const [first] = pods;
  // Its pods are about to be deleted.
  if (found === undefined || first === undefined) return [];
  const wanted = await webhookAnswer(
    async () => {
      const path = corePath(namespace, "pods");
      const next = await api.post<Pod>(path, newPodOf(found, first), {
        dryRun: "All",
        fieldManager,
      });
      return injectedParts(next);
    },
    (parts) => parts.length > 0 || pods.every((pod) => proxyOf(pod) === undefined),
  );
  return pods.flatMap((pod) => {
    const running = injectedParts(pod);
    const difference = wanted.length === 0 ? undefined : differenceOf(running, wanted);
    // Another webhook may change real pods in ways that the dry run doesn't show. Without this, the pod would
    // be restarted for ever.
    const isYoung = Date.parse(pod.metadata.creationTimestamp ?? "") > settled;
    if (difference === undefined || (isYoung && running.length > 0)) return [];
    return [{ namespace, pod: pod.metadata.name, workload, reason: difference }];
  });
}

/** Pods without a workload: only the image can be compared, with that of any other pod. */
async function nobodysPods(
  api: KubernetesApi,
  namespace: string,
  pods: readonly Pod[],
): Promise<readonly OutdatedProxy[]> {
  const meshed = pods.filter((pod) => proxyOf(pod) !== undefined);
  if (meshed.length === 0) return [];
  const look = await webhookAnswer(
    () => lookAtInjection(api),
    ({ done }) => done,
  );
  if (!look.done) return [];
  const { proxyImage } = look.value;
  return meshed
    .filter((pod) => proxyOf(pod)?.image !== proxyImage)
    .map((pod) => ({
      namespace,
      pod: pod.metadata.name,
      workload: undefined,
      reason: `it runs ${proxyOf(pod)?.image ?? "no image"} instead of ${proxyImage}`,
    }));
}

interface Workload {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly template?: {
      readonly metadata?: Pick<Metadata, "labels" | "annotations">;
      readonly spec?: { readonly volumes?: readonly object[] };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: Metadata }[];
  };
}

/** A pod that a workload would create now. @param like a pod that it created */
function newPodOf({ spec }: Workload, like: Pod): object {
  const { template, volumeClaimTemplates = [] } = spec ?? {};
  const hash = like.metadata.labels?.["pod-template-hash"];
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, emptyDir: {} }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      // Nothing is ever stored under this name.
      name: "linkerd-topology-injection-test",
      annotations: template?.metadata?.annotations,
      labels: {
        ...template?.metadata?.labels,
        ...(hash !== undefined && { "pod-template-hash": hash }),
      },
      ownerReferences: like.metadata.ownerReferences,
    },
    spec: { ...template?.spec, volumes: [...(template?.spec?.volumes ?? []), ...claimed] },
  };
}

/** One container that the injector added. */
interface InjectedPart {
  readonly name: string;
  readonly isSidecar: boolean;
  readonly settings: ReadonlyMap<string, unknown>;
}

const injected = [proxyContainer, "linkerd-init", "linkerd-network-validator"];

function injectedParts({ spec }: Pod): readonly InjectedPart[] {
  const part = (isSidecar: boolean) => (container: Container) => ({
    name: container.name,
    isSidecar,
    settings: settingsOf(container),
  });
  const isInjected = ({ name }: Container): boolean => injected.includes(name);
  return [
    ...spec.containers.filter(isInjected).map(part(false)),
    ...(spec.initContainers ?? []).filter(isInjected).map(part(true)),
  ];
}

/** The settings that differ between releases, images or sets of values. Names of mounts are random. */
function settingsOf({ image, command, args, resources, env = [] }: Container) {
  return new Map<string, unknown>([
    ["image", image],
    ["command", command],
    ["args", args],
    ["resources", resources],
    ...env
      .filter(({ name }) => name !== trustAnchorsVariable)
      .map(({ name, value, valueFrom }) => [name, value ?? valueFrom] as const),
  ]);
}

/** @returns undefined if there is none */
function differenceOf(
  running: readonly InjectedPart[],
  wanted: readonly InjectedPart[],
): string | undefined {
  if (running.length === 0) return `it runs without ${proxyContainer}`;
  if (isDeepStrictEqual(running, wanted)) return undefined;
  const image = (parts: readonly InjectedPart[]) =>
    String(parts.find(({ name }) => name === proxyContainer)?.settings.get("image"));
  if (image(running) !== image(wanted)) {
    return `it runs ${image(running)} instead of ${image(wanted)}`;
  }
  const places = (parts: readonly InjectedPart[]) =>
    parts.map(({ name, isSidecar }) => `${name} ${String(isSidecar)}`);
  if (!isDeepStrictEqual(places(running), places(wanted))) {
    return "Linkerd would now inject other containers";
  }
  const changed = running.flatMap(({ settings }, index) => {
    const next = wanted[index]?.settings ?? new Map<string, unknown>();
    return [...new Set([...settings.keys(), ...next.keys()])].filter(
      (key) => !isDeepStrictEqual(settings.get(key), next.get(key)),
    );
  });
  return `Linkerd would now set its ${[...new Set(changed)].join(", ")} otherwise`;
}
