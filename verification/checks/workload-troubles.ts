import type { ClusterStatus } from "../status.ts";

/**
 * What is wrong with the Deployments of a namespace: expected ones that are missing, and unready ones.
 *
 * @param restless those that need not be ready
 */
export function troublesIn(
  status: ClusterStatus,
  namespace: string,
  expected: readonly string[],
  restless: readonly string[] = [],
): readonly string[] {
  const there = status.workloads.filter((workload) => workload.namespace === namespace);
  const atRest = there.filter(
    ({ name, scaledToNone }) => scaledToNone === true && expected.includes(name),
  );
  return [
    ...expected
      .filter((name) => !there.some((workload) => workload.name === name))
      .map((name) => `there is no Deployment ${name}`),
    ...atRest.map(({ name }) => `${name} is scaled to 0`),
    ...there
      // Until its controller has seen the scale, such a Deployment isn't ready either. One reason is enough.
      .filter((workload) => !atRest.includes(workload))
      .filter(({ name, ready }) => !ready && !restless.includes(name))
      .map(({ name, trouble }) => `${name} is not ready (${trouble ?? "no reason given"})`),
  ];
}
