/** Why something isn't asked of a cluster in which one may only read. */
export function noDryRun(kinds: string): string {
  return `the kubeconfig's user may not create ${kinds}, which a dry run needs as well`;
}
