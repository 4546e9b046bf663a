import type { Namespace, Pod } from "../kubernetes/objects.ts";

const inject = "linkerd.io/inject";
const enabling: readonly (string | undefined)[] = ["enabled", "ingress"];

/**
 * Whether Linkerd's injector gives such a pod a proxy. The rules are the injector's: the pod's annotation,
 * else the namespace's; never on the host's network, nor in a namespace that the webhook skips.
 *
 * @see https://linkerd.io/2/features/proxy-injection/
 */
export function wantsProxy({ metadata, spec }: Pod, namespace: Namespace | undefined): boolean {
  const annotations = namespace?.metadata.annotations ?? {};
  if (spec.hostNetwork === true || keepsWebhookOut(namespace)) return false;
  const own = metadata.annotations?.[inject];
  return own === "disabled"
    ? false
    : enabling.includes(own) || enabling.includes(annotations[inject]);
}

/** The webhook's namespaceSelector, as the chart sets it by default. */
function keepsWebhookOut(namespace: Namespace | undefined): boolean {
  return (
    namespace?.metadata.labels?.["config.linkerd.io/admission-webhooks"] === "disabled" ||
    ["kube-system", "cert-manager"].includes(namespace?.metadata.name ?? "")
  );
}
