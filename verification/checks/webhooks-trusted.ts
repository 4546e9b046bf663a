import { linkerdNamespace } from "../../planning/names.ts";
import { isSignedBy } from "../../planning/trust/certificates/check.ts";
import { validFrom, validTo } from "../../planning/trust/certificates/validity.ts";
import type { WebhookFacts } from "../facts/webhooks.ts";
import { observeWebhooks } from "../facts/webhooks.ts";
import type { Check } from "./check.ts";
import { failed, kubectl, passed } from "./check.ts";
import type { AskedCluster } from "./asked.ts";

/**
 * Every webhook of Linkerd's is configured, with a certificate that is valid now and that the API server
 * trusts. Else they fail open: pods get no proxies, and mistakes in policies are let through.
 */
export const webhooksTrusted: Check<AskedCluster> = {
  id: "webhooks-trusted",
  title: "webhooks configured, certificates valid",
  run: async ({ api, status }) => {
    const facts = await observeWebhooks(api);
    const troubles = facts.flatMap((webhook) => troublesOf(webhook, new Date()));
    if (troubles.length > 0) {
      return failed(
        troubles.join("; "),
        "`up --refresh` puts back what was deleted; new certificates: " +
          kubectl(
            status,
            `-n ${linkerdNamespace} delete secrets ${facts.map(({ service }) => `${service}-k8s-tls`).join(" ")}`,
          ) +
          ", then `up --refresh`",
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
  if (own === undefined) return [`${service}: Secret ${service}-k8s-tls holds no certificate`];
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
      : [`${service}: the API server trusts another certificate than the one served`]),
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
