import { linkerdNamespace } from "../names.ts";

/** What a pod runs as, which is all that its identity tells. */
export interface Account {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * The identity that proxies show. It names no cluster: clusters with one trust domain have the same
 * identity for the same account.
 */
export function identityOf({ namespace, serviceAccount }: Account, trustDomain: string): string {
  return `${serviceAccount}.${namespace}.${everyAccount}.${trustDomain}`;
}

/** Every identity of a trust domain, as a pattern. */
export function anyIdentityOf(trustDomain: string): string {
  return `*.${everyAccount}.${trustDomain}`;
}

const everyAccount = `serviceaccount.identity.${linkerdNamespace}`;
