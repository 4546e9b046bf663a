import { linkerdNamespace } from "../../planning/names.ts";
import type { X509Certificate } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret, Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../../linkerd/names.ts";
import { certificatesIn } from "../../linkerd/trust/certificates.ts";

/** Linkerd's admission webhooks: their Services' names, which all other names follow from. */
export const webhooks = [
  { service: "linkerd-proxy-injector", configurations: "mutatingwebhookconfigurations" },
  { service: "linkerd-sp-validator", configurations: "validatingwebhookconfigurations" },
  { service: "linkerd-policy-validator", configurations: "validatingwebhookconfigurations" },
] as const;

/** How one webhook is configured, and the certificate that it serves with. */
export interface WebhookFacts {
  readonly service: string;
  /** Whether the API server is configured to ask it. */
  readonly configured: boolean;
  /** What the API server trusts when it asks. */
  readonly trusted: readonly X509Certificate[];
  /** First the webhook's own; undefined where there is none. */
  readonly serving: readonly X509Certificate[] | undefined;
}

interface WebhookConfiguration {
  readonly metadata: Metadata;
  readonly webhooks?: readonly {
    readonly clientConfig?: {
      readonly caBundle?: string;
      readonly service?: { readonly name: string; readonly namespace: string };
    };
  }[];
}

/** Linkerd's admission webhooks as they are configured. */
export function observeWebhooks(api: KubernetesApi): Promise<readonly WebhookFacts[]> {
  return Promise.all(
    webhooks.map(async ({ service, configurations }) => {
      const path = `/apis/admissionregistration.k8s.io/v1/${configurations}/${service}-webhook-config`;
      const secret = corePath(linkerdNamespace, "secrets", `${service}-k8s-tls`);
      const [configuration, served] = await Promise.all([
        getIfThere<WebhookConfiguration>(api, path),
        getIfThere<KubernetesSecret>(api, secret),
      ]);
      const asked = (configuration?.webhooks ?? []).flatMap(({ clientConfig }) =>
        clientConfig?.service?.name === service ? [clientConfig] : [],
      );
      // The Secret holds the key too; only the certificate is looked at.
      const encoded = served?.data?.["tls.crt"];
      return {
        service,
        configured: asked.length > 0,
        trusted: asked.flatMap(({ caBundle = "" }) => certificatesIn(decoded(caBundle))),
        serving: encoded === undefined ? undefined : certificatesIn(decoded(encoded)),
      };
    }),
  );
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
