import { selects } from "../planning/links/label-selector.ts";
import { localFederatedSelector } from "../planning/links/selectors.ts";
import type { Plan } from "../planning/plan-types.ts";
import { missingNamespace } from "../linkerd/names.ts";
import type { MeshStatus } from "./status.ts";
import { federatedName } from "../planning/names.ts";

export interface MissingMember {
  /** The cluster whose federated Service lacks it. */
  readonly viewer: string;
  /** The cluster of the member. */
  readonly member: string;
  readonly namespace: string;
  readonly service: string;
}

/**
 * Members that have the label, are visible in a cluster and are missing in its federated Service: planned
 * ones and those that people label themselves. It doesn't count if the viewer lacks the namespace.
 */
export function missingMembers(plan: Pick<Plan, "links">, status: MeshStatus): MissingMember[] {
  return status.clusters.flatMap(({ name: viewer, services }) => {
    if (services === undefined) return [];
    const visible = [
      { member: viewer, selector: localFederatedSelector },
      ...plan.links
        .filter(({ source, access }) => source === viewer && !access.revoked)
        .map(({ target, selectors }) => ({ member: target, selector: selectors.federated })),
    ];
    return visible.flatMap(({ member, selector }) => {
      const exported =
        status.clusters.find(({ name }) => name === member)?.services?.exported ?? [];
      return exported
        .filter(({ labels, headless }) => !headless && selects(selector, labels))
        .filter(({ namespace, service }) => {
          const view = services.federated.find(
            (one) => one.namespace === namespace && one.name === federatedName(service),
          );
          const joined = member === viewer ? view?.local : view?.remote.includes(member);
          return joined !== true && !lacksNamespace(status, viewer, member, namespace);
        })
        .map(({ namespace, service }) => ({ viewer, member, namespace, service }));
    });
  });
}

/** Whether a Link's status says that the source lacks the namespace of an export. */
export function lacksNamespace(
  { links }: Pick<MeshStatus, "links">,
  source: string,
  target: string,
  namespace: string,
): boolean {
  return links.some(
    (link) =>
      link.source === source &&
      link.target === target &&
      link.mirrors.some(
        (mirror) =>
          mirror.namespace === namespace && mirror.reason?.startsWith(missingNamespace) === true,
      ),
  );
}
