import { proxyOf } from "../../kubernetes/pods.ts";
import { wantsProxy } from "../../linkerd/wants-proxy.ts";
import type { AskedCluster } from "./asked.ts";
import { type Check, failed, kubectl, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";

/**
 * Every pod that asks for a proxy, itself or through its namespace, has one. A pod that was created while the
 * injector didn't serve runs on without one and shows no sign of it.
 */
export const workloadsHaveProxies: Check<AskedCluster> = {
  id: "workloads-have-proxies",
  title: "pods that ask for a proxy have one",
  run: async ({ lists, status }) => {
    const [pods, namespaces] = await Promise.all([lists.livePods(), lists.namespaces()]);
    const byName = new Map(namespaces.map((one) => [one.metadata.name, one]));
    const wanting = pods.filter((pod) => wantsProxy(pod, byName.get(pod.metadata.namespace ?? "")));
    const without = wanting.filter((pod) => proxyOf(pod) === undefined);
    if (wanting.length === 0) return notRun("no pod asks for a proxy");
    if (without.length === 0) return passed(`${wanting.length} pods`);
    const names = without.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);
    const first = without[0]?.metadata;
    return failed(
      `${without.length} of ${wanting.length} have none: ${firstOf(names)}`,
      `Let their owner recreate them, for example: ${kubectl(status, `-n ${first?.namespace ?? ""} delete pod ${first?.name ?? ""}`)}`,
    );
  },
};
