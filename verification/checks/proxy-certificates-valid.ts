import { proxyCertificateExpiry } from "../../linkerd/trust/proxy-certificate.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { proxyAdminPort } from "../../linkerd/names.ts";
import { type Check, failed, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";
import type { AskedCluster } from "./asked.ts";

/** The proxies of Linkerd and its extension have currently valid certificates of linkerd-identity. */
export const proxyCertificatesValid: Check<AskedCluster> = {
  id: "proxy-certificates-valid",
  title: "proxies hold valid certificates",
  needsDataPlane: true,
  run: async ({ api, status }) => {
    const asked = status.proxies.filter(({ image }) => image !== undefined);
    if (asked.length === 0) return notRun("no pod of Linkerd's has a proxy");
    const seen = await Promise.all(
      asked.map(async ({ namespace, pod }) => {
        const name = `${namespace}/${pod}`;
        try {
          const text = await api.podText(namespace, pod, proxyAdminPort, "/metrics");
          return { name, expires: proxyCertificateExpiry(text) };
        } catch (error) {
          if (!(error instanceof KubernetesApiError)) throw error;
          return { name, trouble: `its metrics can't be read (${error.message})` };
        }
      }),
    );
    const now = Date.now() / 1000;
    const troubles = seen.flatMap(({ name, expires = 0, trouble }) => {
      if (trouble !== undefined) return [`${name}: ${trouble}`];
      if (expires === 0) return [`${name} has no certificate yet`];
      return expires > now ? [] : [`${name}: expired at ${isoOf(expires)}`];
    });
    if (troubles.length > 0) {
      return failed(
        firstOf(troubles),
        "Proxies ask linkerd-identity again on their own. Check its log and the issuer, then restart the pods.",
      );
    }
    const first = Math.min(...seen.map(({ expires = Infinity }) => expires));
    return passed(`${seen.length} proxies, until ${isoOf(first)}`);
  },
};

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16) + "Z";
}
