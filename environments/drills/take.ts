import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata, Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isLive } from "../../kubernetes/pods.ts";
import { holds } from "../../linkerd/holds.ts";
import {
  controllerOf,
  corePath,
  deploymentPath,
  fieldManager,
  identityDeployment,
  linkPath,
  gatewayDeployment,
} from "../../linkerd/names.ts";
import { labelQuery } from "../../planning/labels.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { messageOf } from "../../system/message-of.ts";
import { CommandError } from "../command-error.ts";
import { docker } from "../docker.ts";
import type { Subject } from "./subjects.ts";
import { inOrder, manifest, movedManifest, type Taken } from "./taken.ts";

type ApiOf = (cluster: string) => Promise<KubernetesApi>;

/**
 * Finds the objects and nodes of the subjects. It changes nothing yet.
 *
 * @throws CommandError with every subject that doesn't exist, or could not be put back
 */
export async function findTaken(
  subjects: readonly Subject[],
  apiOf: ApiOf,
): Promise<readonly Taken[]> {
  const problems: string[] = [];
  const found = await Promise.all(
    subjects.map(async (subject) => {
      try {
        return await findOne(subject, apiOf);
      } catch (error) {
        problems.push(`--take ${subject.text}: ${messageOf(error)}`);
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new CommandError(problems.join("\n"));
  const taken = new Map(found.flat().map((one) => [JSON.stringify(one), one]));
  return [...taken.values()];
}

async function findOne(subject: Subject, apiOf: ApiOf): Promise<readonly Taken[]> {
  const { cluster } = subject;
  switch (subject.kind) {
    case "nodes":
      return subject.nodes.map((node) => ({ kind: "node", cluster, node, how: subject.how }));
    case "api-server":
      return subject.nodes.map((node) => ({ kind: "api-server", cluster, node }));
    case "pods":
      return findPods(subject, await apiOf(cluster));
    case "gateway":
      return [
        await scaled(cluster, deploymentPath(multiclusterNamespace, gatewayDeployment), apiOf),
      ];
    case "gateway-pod":
      return findGatewayPods(cluster, await apiOf(cluster));
    case "credential": {
      const path = corePath(multiclusterNamespace, "secrets", subject.secret);
      return [await findObject(cluster, path, await apiOf(cluster))];
    }
    case "issuer":
      return [await scaled(cluster, deploymentPath(linkerdNamespace, identityDeployment), apiOf)];
    case "service-mirror": {
      const path = deploymentPath(multiclusterNamespace, controllerOf(subject.target));
      return [await scaled(cluster, path, apiOf)];
    }
    case "link": {
      const path = linkPath(multiclusterNamespace, subject.target);
      return [await findObject(cluster, path, await apiOf(cluster))];
    }
  }
}

async function findGatewayPods(cluster: string, api: KubernetesApi): Promise<readonly Taken[]> {
  const pods = await listAll<Pod>(api, corePath(multiclusterNamespace, "pods"), {
    labelSelector: `app=${gatewayDeployment}`,
  });
  if (pods.length === 0) throw new Error("there is no pod of the gateway");
  return pods.map(({ metadata: { name } }) => {
    const path = corePath(multiclusterNamespace, "pods", name);
    return { kind: "pod", cluster, path };
  });
}

async function scaled(cluster: string, path: string, apiOf: ApiOf): Promise<Taken> {
  const api = await apiOf(cluster);
  const found = await getIfThere<Workload>(api, path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  const { replicas = 1 } = found.spec;
  if (replicas === 0) throw new Error(`${path} is scaled to none already`);
  return { kind: "scale", cluster, path, replicas };
}

interface Workload {
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    };
  };
}

interface ServiceWithSelector {
  readonly spec: { readonly selector?: Readonly<Record<string, string>> };
}

/** The workloads of a Service's pods. Pods that nothing would restart can't be put back. */
async function findPods(
  { cluster, namespace, service }: Extract<Subject, { kind: "pods" }>,
  api: KubernetesApi,
): Promise<readonly Taken[]> {
  const found = await getIfThere<ServiceWithSelector>(
    api,
    corePath(namespace, "services", service),
  );
  if (found === undefined) throw new Error(`${cluster} has no Service ${namespace}/${service}`);
  const selector = found.spec.selector ?? {};
  if (Object.keys(selector).length === 0) {
    throw new Error(`the Service selects no pods: it is a mirror, or somebody keeps its Endpoints`);
  }
  const labelSelector = labelQuery(selector);
  const pods = await listAll<Pod>(api, corePath(namespace, "pods"), { labelSelector });
  const foreign = pods.filter(isLive).filter(({ metadata }) => !isScaled(metadata));
  if (foreign.length > 0) {
    const names = foreign.map(({ metadata }) => metadata.name).join(", ");
    throw new Error(
      `${names} could not be put back: only pods of Deployments and StatefulSets are taken away`,
    );
  }
  const kinds = ["deployments", "statefulsets"] as const;
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const collection = `/apis/apps/v1/namespaces/${namespace}/${kind}`;
      const workloads = await listAll<Workload>(api, collection);
      return workloads.flatMap(({ metadata, spec }): Taken[] => {
        const { replicas = 1 } = spec;
        const selected = holds(selector, spec.template.metadata?.labels ?? {});
        if (!selected || replicas === 0) return [];
        return [{ kind: "scale", cluster, path: `${collection}/${metadata.name}`, replicas }];
      });
    }),
  );
  const taken = lists.flat();
  if (taken.length === 0) throw new Error("it has no pods: there is nothing to take away");
  return taken;
}

function isScaled({ ownerReferences = [] }: Metadata): boolean {
  return ownerReferences.some(({ kind }) => kind === "ReplicaSet" || kind === "StatefulSet");
}

interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Omit<Metadata, "managedFields"> & {
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
  };
  readonly spec?: unknown;
  readonly type?: string;
}

/**
 * Applied again by the same field manager, so that an object is unchanged for whoever manages it. The content
 * of a Secret stays in the cluster: for an account's token Kubernetes writes the same text again.
 */
async function findObject(cluster: string, path: string, api: KubernetesApi): Promise<Taken> {
  const found = await getIfThere<StoredObject>(api, path);
  if (found === undefined) throw new Error(`${cluster} has no ${path}`);
  const { apiVersion, kind, metadata, spec, type } = found;
  const { name, namespace, labels, annotations, managedFields = [] } = metadata;
  const applied = managedFields.find(({ operation }) => operation === "Apply");
  return {
    kind: "object",
    cluster,
    path,
    object: {
      apiVersion,
      kind,
      metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
      ...(spec !== undefined && { spec }),
      ...(type !== undefined && { type }),
    },
    manager: applied?.manager ?? fieldManager,
  };
}

/**
 * Takes everything away. Nodes come last, because the rest needs their API servers.
 *
 * @throws the first error, after all that was begun has ended: what is put back must not be taken afterwards
 */
export async function takeAway(
  taken: readonly Taken[],
  apiOf: ApiOf,
  callDocker: typeof docker = docker,
): Promise<void> {
  const isNode = ({ kind }: Taken): boolean => kind === "node" || kind === "api-server";
  const objects = taken.filter((one) => !isNode(one) && one.kind !== "made");
  await ended(objects.map(async (one) => takeObject(one, await apiOf(one.cluster))));
  await ended(inOrder(taken.filter(isNode)).map((one) => takeNode(one, callDocker)));
}

async function ended(all: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(all);
  const failed = results.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function takeObject(taken: Taken, api: KubernetesApi): Promise<void> {
  if (taken.kind === "scale") await api.patch(taken.path, { spec: { replicas: 0 } });
  if (taken.kind === "object" || taken.kind === "pod") await api.delete(taken.path);
}

async function takeNode(taken: Taken, callDocker: typeof docker): Promise<void> {
  if (taken.kind === "api-server") {
    await callDocker(["exec", taken.node, "mv", manifest, movedManifest]);
  } else if (taken.kind === "node") {
    // Whoever pulls a plug doesn't wait.
    const patience = taken.how === "pause" ? [] : ["--time", "1"];
    await callDocker([taken.how, ...patience, taken.node]);
  }
}
