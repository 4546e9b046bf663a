import { releaseOfImage } from "../../planning/linkerd/version.ts";
import { corePath } from "../../linkerd/names.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { proxyContainer, proxyOf, statusesOf } from "../../kubernetes/pods.ts";
import { faultOf, hasFault } from "../../planning/linkerd/versions.ts";
import type { AskedCluster } from "./asked.ts";
import { type Check, failedForGood, kubectl, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";

const fault = faultOf("proxy-dies-of-dns");

/** Such a proxy logs this for every connection that it no longer makes. */
const lastWords = "buffer's worker closed";

/**
 * No proxy has stopped its outbound connections for good. Such a proxy is Ready and serves inbound traffic;
 * only its log shows the fault.
 */
export const proxiesAlive: Check<AskedCluster> = {
  id: "proxies-alive",
  title: "no proxy has ended its outbound connections for good",
  needsDataPlane: true,
  run: async ({ api, lists, status }) => {
    const meshed = (await lists.livePods()).filter((pod) => proxyOf(pod) !== undefined);
    if (meshed.length === 0) return notRun("no pod has a proxy");
    // If the release of a proxy is unknown, it may have the fault.
    const atRisk = meshed.filter((pod) => {
      // A container that hasn't started has no log.
      const proxy = statusesOf(pod).find(({ name }) => name === proxyContainer);
      if (proxy?.state?.waiting !== undefined) return false;
      const version = releaseOfImage(proxyOf(pod)?.image ?? "");
      return version === undefined || hasFault(version, fault);
    });
    const looked = await Promise.all(
      atRisk.map(async (pod) => ({ pod, isDead: await saysLastWords(pod) })),
    );
    const dead = looked.flatMap(({ pod, isDead }) => (isDead ? [pod.metadata] : []));
    const [first] = dead;
    if (first !== undefined) {
      const names = dead.map(({ namespace = "", name }) => `${namespace}/${name}`);
      return failedForGood(
        `${dead.length} of ${meshed.length} proxies have: ${firstOf(names)}`,
        `Have what owns the pods recreate them, such as: ${kubectl(status, `-n ${first.namespace ?? ""} delete pod ${first.name}`)}. ` +
          `Linkerd ${fault.fixed ?? ""} and later doesn't do this (${fault.issue ?? ""}).`,
      );
    }
    const old = atRisk.some((pod) => releaseOfImage(proxyOf(pod)?.image ?? "") !== undefined);
    return passed(`${meshed.length} proxies`, old ? oldProxies : undefined);

    async function saysLastWords({ metadata: { namespace = "", name } }: Pod): Promise<boolean> {
      const query = { container: proxyContainer, tailLines: "500", limitBytes: "500000" };
      try {
        const log = await api.text(`${corePath(namespace, "pods", name)}/log`, query);
        return log.includes(lastWords);
      } catch (error) {
        // The pod ended after it was listed.
        if (isNotFound(error)) return false;
        throw error;
      }
    }
  },
};

/** The same text for all clusters, so that it is shown once. */
const oldProxies =
  `there are proxies older than ${fault.fixed ?? ""}. Such a proxy ends every outbound connection for good after ` +
  `a negative DNS answer with a TTL of 0 (${fault.issue ?? ""}). Install a newer Linkerd, and restart the workloads ` +
  "that keep an older proxy";
