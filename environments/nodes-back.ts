import type { KubernetesApi } from "../kubernetes/api.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { statusesOf } from "../kubernetes/pods.ts";
import type { Look } from "../kubernetes/wait.ts";

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime?: string;
    }[];
  };
}

/**
 * Whether an API server reports the present again. After a restart of its node it first reports the past:
 * nodes Ready and pods running that have yet to start.
 *
 * @param since when the nodes were started, in milliseconds since 1970
 */
export async function lookForNodesBack(
  api: KubernetesApi,
  since: number,
): Promise<Look<undefined>> {
  // Kubernetes counts whole seconds.
  const isOld = (time: string | undefined): boolean =>
    time === undefined || Date.parse(time) + 1_000 < since;
  const [nodes, pods] = await Promise.all([
    listAll<Node>(api, "/api/v1/nodes"),
    listAll<Pod>(api, "/api/v1/pods"),
  ]);
  const away = nodes.filter(({ status }) => {
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    return ready?.status !== "True" || isOld(ready.lastHeartbeatTime);
  });
  const former = pods.filter((pod) =>
    statusesOf(pod).some(
      ({ state }) => state?.running !== undefined && isOld(state.running.startedAt),
    ),
  );
  if (away.length + former.length === 0) return { done: true, value: undefined };
  const seen = [
    ...away.map(({ metadata }) => `node ${metadata.name}`),
    ...former.map(({ metadata }) => `pod ${metadata.namespace ?? ""}/${metadata.name}`),
  ];
  return { done: false, seen: `no word since the start of ${seen.slice(0, 4).join(", ")}` };
}
