import type { X509Certificate } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret, Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, tapApiPath } from "../../linkerd/names.ts";
import { certificatesIn } from "../../linkerd/trust/certificates.ts";
import { linkerdNamespace } from "../../planning/names.ts";
import { vizNamespace } from "../../planning/observability/names.ts";
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
  run: async ({ api, status, found, viz }) => {
    const facts = await observeWebhooks(api, viz ? [...webhooks, ...ofViz] : webhooks);
    const troubles = facts.flatMap((webhook) => troublesOf(webhook, new Date()));
    if (troubles.length > 0) {
      return failed(
        troubles.join("; "),
        (found
          ? "New certificates: "
          : "`up --refresh` restores what was deleted; new certificates: ") +
          [linkerdNamespace, ...(viz ? [vizNamespace] : [])]
            .map((namespace) => {
              const secrets = facts.filter((one) => one.namespace === namespace).map(secretOf);
              return kubectl(status, `-n ${namespace} delete secrets ${secrets.join(" ")}`);
            })
            .join("; ") +
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

function troublesOf(facts: WebhookFacts, now: Date): string[] {
  const { service, namespace, configured, trusted, serving } = facts;
  if (!configured) return [`${service}: the API server isn't configured to ask it`];
  const [own] = serving ?? [];
  if (own === undefined) return [`${service}: Secret ${secretOf(facts)} contains no certificate`];
  const host = `${service}.${namespace}.svc`;
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

/** A Service that the API server asks over TLS. */
interface Webhook {
  readonly service: string;
  readonly namespace: string;
  /** The object that has the API server ask it. */
  readonly path: string;
}

const admission = "/apis/admissionregistration.k8s.io/v1";

/** Linkerd's admission webhooks. */
const webhooks = [
  ["mutatingwebhookconfigurations", "linkerd-proxy-injector"],
  ["validatingwebhookconfigurations", "linkerd-sp-validator"],
  ["validatingwebhookconfigurations", "linkerd-policy-validator"],
].map(([kind = "", service = ""]): Webhook => ({
  service,
  namespace: linkerdNamespace,
  path: `${admission}/${kind}/${service}-webhook-config`,
}));

/** Those of linkerd-viz. */
const ofViz: readonly Webhook[] = [
  {
    service: "tap-injector",
    namespace: vizNamespace,
    path: `${admission}/mutatingwebhookconfigurations/linkerd-tap-injector-webhook-config`,
  },
  { service: "tap", namespace: vizNamespace, path: tapApiPath },
];

/** The Secret with the certificate that it serves with. */
function secretOf({ service }: Webhook): string {
  return `${service}-k8s-tls`;
}

/** A webhook, how the API server asks it, and the certificate that it serves with. */
interface WebhookFacts extends Webhook {
  /** Whether the API server is configured to ask it. */
  readonly configured: boolean;
  /** The authorities that the API server trusts when it asks. */
  readonly trusted: readonly X509Certificate[];
  /** The webhook's own certificate comes first. Undefined if there is none. */
  readonly serving: readonly X509Certificate[] | undefined;
}

interface ClientConfig {
  readonly caBundle?: string;
  readonly service?: { readonly name: string; readonly namespace: string };
}

/** The configuration of admission webhooks, or an APIService. */
interface Configuration {
  readonly metadata: Metadata;
  readonly webhooks?: readonly { readonly clientConfig?: ClientConfig }[];
  readonly spec?: ClientConfig;
}

function observeWebhooks(
  api: KubernetesApi,
  asked: readonly Webhook[],
): Promise<readonly WebhookFacts[]> {
  return Promise.all(
    asked.map(async (webhook) => {
      const { service, namespace, path } = webhook;
      const [configuration, served] = await Promise.all([
        getIfThere<Configuration>(api, path),
        getIfThere<KubernetesSecret>(api, corePath(namespace, "secrets", secretOf(webhook))),
      ]);
      const clients = [
        ...(configuration?.webhooks ?? []).map(({ clientConfig }) => clientConfig),
        configuration?.spec,
      ].filter((client) => client?.service?.name === service);
      // The Secret holds the key too; only the certificate is read.
      const encoded = served?.data?.["tls.crt"];
      return {
        ...webhook,
        configured: clients.length > 0,
        trusted: clients.flatMap((client) => certificatesIn(decoded(client?.caBundle ?? ""))),
        serving: encoded === undefined ? undefined : certificatesIn(decoded(encoded)),
      };
    }),
  );
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
