import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";

/**
 * Every running pod of Linkerd and of its extension has its proxy. A pod that started before the injector
 * served is Running and Ready without one: such a gateway is only a pause container.
 */
export const podsHaveProxies: Check<ClusterSubject> = {
  id: "pods-have-proxies",
  title: "Linkerd's own pods have their proxies",
  applies: ({ status }) => status.proxies.length > 0,
  run: ({ status }) => {
    const without = status.proxies.filter(({ image }) => image === undefined);
    const namespaces = [...new Set(without.map(({ namespace }) => namespace))];
    const restart = namespaces.map((namespace) =>
      kubectl(status, `-n ${namespace} rollout restart deploy`),
    );
    return without.length === 0
      ? passed(`${status.proxies.length} pods`)
      : failed(
          without.map(({ namespace, pod }) => `${namespace}/${pod} has none`).join("; "),
          `Recreate the pods: ${restart.join("; ")}`,
        );
  },
};
