/** Why a check isn't run in a cluster that may only be read. */
export function noDryRun(kinds: string): string {
  return `the kubeconfig's user may not create ${kinds}, which a dry run needs as well`;
}
