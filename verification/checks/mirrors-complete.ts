import { multiclusterNamespace } from "../../planning/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { missingNamespace } from "../../linkerd/names.ts";
import type { ExportedService, MirrorStatus } from "../status.ts";
import { type Check, failed, kubectl, type LinkSubject, notRun, passed } from "./check.ts";

export const mirrorsComplete: Check<LinkSubject> = {
  id: "mirrors-complete",
  title: "exported Services are mirrored",
  applies: ({ status }) => status.mirrors.length > 0,
  run: ({ plan, status, source, target }) => {
    // With headless mirroring on, the Link's status calls a Service invalid even though it is mirrored pod by
    // pod. There the check looks for the mirror itself.
    const exported = target.services?.exported;
    const found = ({ namespace, service }: MirrorStatus): ExportedService | undefined =>
      exported?.find((one) => one.namespace === namespace && one.service === service);
    // A headless Service has no mirror until it has pods with names, whatever its status says.
    const missing = status.mirrors.filter(
      (one) => one.mirror === undefined && (one.mirrored === false || !isPodless(found(one))),
    );
    const refused = status.mirrors.filter(
      ({ kind, mirror, mirrored }) =>
        mirror !== undefined && mirrored === false && kind !== "headless",
    );
    // Linkerd doesn't write an empty status. So the last entry about a Service stays after the Service was
    // deleted or is exported in another way.
    const isStale = (one: MirrorStatus): boolean => {
      if (exported === undefined) return false;
      const { gateway, remoteDiscovery, federated } = plan.selectors;
      const selectors = one.kind === "federated" ? [federated] : [gateway, remoteDiscovery];
      const labels = found(one)?.labels;
      return labels === undefined || !selectors.some((selector) => selects(selector, labels));
    };
    const stale = missing.filter(isStale);
    const bad = [...missing, ...refused].filter((mirror) => !stale.includes(mirror));
    // People create namespaces, and a recreated cluster doesn't have them yet.
    const waiting = bad.filter(({ reason }) => reason?.startsWith(missingNamespace) === true);
    const failures = bad.filter((mirror) => !waiting.includes(mirror));
    if (failures.length > 0) {
      return failed(
        failures
          .map((mirror) => `${nameOf(mirror)}: ${mirror.reason ?? whyMissing(mirror)}`)
          .join("; "),
        `Look with: ${kubectl(source, `-n ${multiclusterNamespace} get link ${plan.name} -o yaml`)}`,
      );
    }
    const spokenOf = `the Link's status still lists ${stale.map(nameOf).join(", ")}, which ${plan.target} doesn't export`;
    const known = status.mirrors.length - stale.length;
    if (known === 0) return notRun(spokenOf);
    const mirrored = known - waiting.length;
    const remark = stale.length === 0 ? "" : `; ${spokenOf}`;
    if (waiting.length === 0) return passed(`${mirrored}${remark}`);
    const namespaces = [...new Set(waiting.map(({ namespace }) => namespace))].join(", ");
    const awaited = `waiting for the namespace ${namespaces} in ${plan.source}`;
    return mirrored === 0
      ? notRun(`${awaited}${remark}`)
      : passed(
          `${mirrored} of ${known}${remark}`,
          `${waiting.map(nameOf).join(", ")} of ${plan.target} not mirrored, ${awaited}`,
        );
  },
};

function isPodless(service: ExportedService | undefined): boolean {
  return service?.pods?.hostnames.length === 0;
}

function whyMissing({ mirrored }: MirrorStatus): string {
  return mirrored === true ? "there is no mirror, though the Link says so" : "not mirrored";
}

function nameOf({ namespace, service }: MirrorStatus): string {
  return `${namespace}/${service}`;
}
