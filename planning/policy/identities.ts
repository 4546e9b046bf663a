import { linkerdNamespace } from "../names.ts";

/** The account of a pod, which is all that its identity shows. */
export interface Account {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * The identity that a proxy presents. It names no cluster: in clusters with one trust domain, the same
 * account has the same identity.
 */
export function identityOf({ namespace, serviceAccount }: Account, trustDomain: string): string {
  return `${serviceAccount}.${namespace}.${everyAccount}.${trustDomain}`;
}

/** Every identity of a trust domain, as a pattern. */
export function anyIdentityOf(trustDomain: string): string {
  return `*.${everyAccount}.${trustDomain}`;
}

const everyAccount = `serviceaccount.identity.${linkerdNamespace}`;
