import { missingNamespace, multiclusterNamespace } from "../names.ts";
import type { Check, LinkSubject } from "./check.ts";
import { failed, kubectl, notRun, passed } from "./check.ts";

/** What the service mirror was told to mirror, it did. */
export const mirrorsComplete: Check<LinkSubject> = {
  id: "mirrors-complete",
  title: "exported Services are mirrored",
  applies: ({ status }) => status.mirrors.length > 0,
  run: ({ plan, status, source }) => {
    // With headless mirroring on, the Link's status calls a Service invalid that is mirrored all the
    // same, pod by pod: there the mirror's existence counts.
    const missing = status.mirrors.filter(
      ({ mirror, mirrored }) => mirror === undefined && mirrored === false,
    );
    const refused = status.mirrors.filter(
      ({ kind, mirror, mirrored }) =>
        mirror !== undefined && mirrored === false && kind !== "headless",
    );
    const bad = [...missing, ...refused];
    // Namespaces are made by people; in a cluster that was made anew there is none of them yet.
    const waiting = bad.filter(({ reason }) => reason?.startsWith(missingNamespace) === true);
    const failures = bad.filter((mirror) => !waiting.includes(mirror));
    if (failures.length > 0) {
      return failed(
        failures
          .map(
            ({ namespace, service, reason }) =>
              `${namespace}/${service}: ${reason ?? "not mirrored"}`,
          )
          .join("; "),
        `Look with: ${kubectl(source, `-n ${multiclusterNamespace} get link ${plan.name} -o yaml`)}`,
      );
    }
    const mirrored = status.mirrors.length - waiting.length;
    if (waiting.length === 0) return passed(`${mirrored}`);
    const namespaces = [...new Set(waiting.map(({ namespace }) => namespace))].join(", ");
    const awaited = `waiting for the namespace ${namespaces} in ${plan.source}`;
    return mirrored === 0
      ? notRun(awaited)
      : passed(`${mirrored} of ${status.mirrors.length}; ${awaited}`);
  },
};
