import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Metadata, Service } from "../../kubernetes/objects.ts";
import { getIfThere, listIfServed } from "../../kubernetes/optional.ts";
import { holds } from "../../linkerd/holds.ts";
import { corePath } from "../../linkerd/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import type { ExportedService } from "../status.ts";
import type { AskedLink } from "./asked.ts";
import { type Check, failedForGood, kubectl, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";
import { silent } from "./run-check.ts";

interface ExternalWorkload {
  readonly metadata: Metadata;
}

/**
 * No process outside of the target's cluster is behind a Service that the Link carries flat or federated. The source's
 * linkerd-destination resolves such a Service in the target itself, without the informer for these objects: one of them
 * can end it, with all requests that it answers.
 */
export const noExternalWorkloads: Check<AskedLink> = {
  id: "no-external-workloads",
  title: "no process outside of the cluster behind a flat or federated export",
  applies: ({ plan: { selectors } }) =>
    selectors.remoteDiscovery !== undefined || selectors.federated !== undefined,
  run: async ({ plan, target, targetCluster }) => {
    if (targetCluster === undefined) return notRun(silent(plan.target));
    const exported = target.services?.exported;
    if (exported === undefined) return notRun(`the Services of ${plan.target} can't be listed`);
    const { remoteDiscovery, federated } = plan.selectors;
    const isCarried = ({ labels }: ExportedService): boolean =>
      [remoteDiscovery, federated].some((one) => one !== undefined && selects(one, labels));
    const carried = exported.filter(isCarried);
    const workloads = await listIfServed<ExternalWorkload>(targetCluster.api, externalWorkloads);
    if (carried.length === 0 || workloads.length === 0) return passed();
    const found = await Promise.all(
      carried.map(async ({ namespace, service }) => {
        const behind = await workloadsBehind(targetCluster.api, workloads, { namespace, service });
        return behind.map(({ metadata }) => ({ namespace, service, workload: metadata.name }));
      }),
    );
    const [first, ...others] = found.flat();
    if (first === undefined) return passed();
    return failedForGood(
      firstOf(
        [first, ...others].map(
          ({ namespace, service, workload }) =>
            `${namespace}/${service} of ${plan.target} has the ExternalWorkload ${workload} behind it`,
        ),
      ) + `: it can end linkerd-destination in ${plan.source}`,
      `Export it through a gateway (label mirror.linkerd.io/exported=true), or take the export back: ` +
        `${kubectl(target, `-n ${first.namespace} label service ${first.service} mirror.linkerd.io/exported- mirror.linkerd.io/federated-`)}. ` +
        "See docs/external-workloads.md",
    );
  },
};

/** Early releases of Linkerd have no such kind. */
const externalWorkloads = "/apis/workload.linkerd.io/v1beta1/externalworkloads";

/** Linkerd puts those that the Service's selector matches into its EndpointSlices, as Kubernetes does with pods. */
async function workloadsBehind(
  api: KubernetesApi,
  workloads: readonly ExternalWorkload[],
  { namespace, service }: Pick<ExportedService, "namespace" | "service">,
): Promise<readonly ExternalWorkload[]> {
  const there = workloads.filter(({ metadata }) => metadata.namespace === namespace);
  if (there.length === 0) return [];
  const found = await getIfThere<Service>(api, corePath(namespace, "services", service));
  const selector = found?.spec?.selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  return there.filter(({ metadata }) => holds(selector, metadata.labels ?? {}));
}
