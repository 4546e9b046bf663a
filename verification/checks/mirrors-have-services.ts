import { clusterNameLabel } from "../../linkerd/names.ts";
import { type Check, failed, kubectl, type LinkSubject, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";

/**
 * The target still exports the Service of every mirror. Linkerd doesn't delete a mirror if the Service lost
 * its label while the service mirror was away.
 */
export const mirrorsHaveServices: Check<LinkSubject> = {
  id: "mirrors-have-services",
  title: "every mirror stands for an exported Service",
  run: ({ plan, status, source, target }) => {
    const exported = target.services?.exported;
    if (exported === undefined) return notRun(`the Services of ${plan.target} can't be listed`);
    const mirrors = status.mirrors.filter(({ kind, mirror }) => kind !== "federated" && mirror);
    if (mirrors.length === 0) return notRun(`${plan.source} has no mirrors of ${plan.target}`);
    const orphans = mirrors.filter(
      ({ namespace, service, mirror = "" }) =>
        !exported.some(
          (one) =>
            one.namespace === namespace &&
            // The mirror of a headless Service's pod has the pod's name.
            (one.service === service || (one.headless && isPodMirror(source, namespace, mirror))),
        ),
    );
    return orphans.length === 0
      ? passed(`${mirrors.length}`)
      : failed(
          firstOf(
            orphans.map(
              ({ namespace, service, mirror = "" }) =>
                `${namespace}/${mirror} stands for ${namespace}/${service}, which ${plan.target} doesn't export`,
            ),
          ),
          `Delete them: ${kubectl(source, `-n NAMESPACE delete service MIRROR`)} (all: -l ${clusterNameLabel}=${plan.name})`,
        );
  },
};

function isPodMirror(
  { services }: LinkSubject["source"],
  namespace: string,
  mirror: string,
): boolean {
  return (services?.mirrors ?? []).some(
    (one) => one.namespace === namespace && one.name === mirror && one.kind === "headless-pod",
  );
}
