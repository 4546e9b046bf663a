import type { X509Certificate } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret, Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../../linkerd/names.ts";
import { certificatesIn } from "../../linkerd/trust/certificates.ts";
import { linkerdNamespace } from "../../planning/names.ts";
import { isSignedBy } from "../../planning/trust/certificates/check.ts";
import { validFrom, validTo } from "../../planning/trust/certificates/validity.ts";
import type { AskedCluster } from "./asked.ts";
import { failed, kubectl, passed } from "./check.ts";
import type { Check } from "./check.ts";

/**
 * Every webhook of Linkerd is configured, with a currently valid certificate that the API server trusts.
 * Otherwise they fail open: pods get no proxies, and mistakes in policies pass.
 */
export const webhooksTrusted: Check<AskedCluster> = {
  id: "webhooks-trusted",
  title: "webhooks configured, certificates valid",
  run: async ({ api, status, found }) => {
    const facts = await observeWebhooks(api);
    const troubles = facts.flatMap((webhook) => troublesOf(webhook, new Date()));
    if (troubles.length > 0) {
      return failed(
        troubles.join("; "),
        (found
          ? "New certificates: "
          : "`up --refresh` restores what was deleted; new certificates: ") +
          kubectl(
            status,
            `-n ${linkerdNamespace} delete secrets ${facts.map(({ service }) => `${service}-k8s-tls`).join(" ")}`,
          ) +
          (found ? ", then upgrade Linkerd's release to what it is" : ", then `up --refresh`"),
      );
    }
    const first = facts
      .flatMap(({ serving }) => serving?.slice(0, 1) ?? [])
      .map((certificate) => validTo(certificate).toISOString())
      .sort()[0];
    return passed(`${facts.length}, until ${first?.slice(0, 10) ?? "?"}`);
  },
};

function troublesOf({ service, configured, trusted, serving }: WebhookFacts, now: Date): string[] {
  if (!configured) return [`${service}: the API server isn't configured to ask it`];
  const [own] = serving ?? [];
  if (own === undefined) return [`${service}: Secret ${service}-k8s-tls contains no certificate`];
  const host = `${service}.${linkerdNamespace}.svc`;
  const isTrusted = trusted.some(
    (one) => one.fingerprint256 === own.fingerprint256 || isSignedBy(own, one),
  );
  const through = serving
    ?.slice(1)
    .some((middle) => trusted.some((one) => isSignedBy(middle, one)));
  return [
    ...(isTrusted || through === true
      ? []
      : [`${service}: the API server trusts a different certificate than the one served`]),
    ...(own.checkHost(host) === undefined
      ? [`${service}: its certificate is not for ${host}`]
      : []),
    ...(now < validFrom(own)
      ? [`${service}: its certificate is not valid before ${validFrom(own).toISOString()}`]
      : []),
    ...(now >= validTo(own)
      ? [`${service}: its certificate expired at ${validTo(own).toISOString()}`]
      : []),
  ];
}

/** Linkerd's admission webhooks by the name of their Service, from which all other names follow. */
const webhooks = [
  { service: "linkerd-proxy-injector", configurations: "mutatingwebhookconfigurations" },
  { service: "linkerd-sp-validator", configurations: "validatingwebhookconfigurations" },
  { service: "linkerd-policy-validator", configurations: "validatingwebhookconfigurations" },
] as const;

/** The configuration of one webhook, and the certificate that it serves with. */
interface WebhookFacts {
  readonly service: string;
  /** Whether the API server is configured to ask it. */
  readonly configured: boolean;
  /** The authorities that the API server trusts when it asks. */
  readonly trusted: readonly X509Certificate[];
  /** The webhook's own certificate comes first. Undefined if there is none. */
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

/** The configuration of Linkerd's admission webhooks. */
function observeWebhooks(api: KubernetesApi): Promise<readonly WebhookFacts[]> {
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
      // The Secret holds the key too; only the certificate is read.
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
