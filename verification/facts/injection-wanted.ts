import type { Namespace, Pod } from "../../kubernetes/objects.ts";

const inject = "linkerd.io/inject";
const enabling: readonly (string | undefined)[] = ["enabled", "ingress"];

/**
 * Whether Linkerd's injector gives such a pod a proxy, by the same table as its own: the pod's annotation,
 * else the namespace's; never on the host's network, nor where the namespace keeps the webhook out.
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

/** The webhook's namespaceSelector as the chart has it by default. */
function keepsWebhookOut(namespace: Namespace | undefined): boolean {
  return (
    namespace?.metadata.labels?.["config.linkerd.io/admission-webhooks"] === "disabled" ||
    ["kube-system", "cert-manager"].includes(namespace?.metadata.name ?? "")
  );
}
