import { multiclusterNamespace } from "../names.ts";
import type { Check, LinkSubject } from "./check.ts";
import { failed, kubectl, passed } from "./check.ts";

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
    return bad.length === 0
      ? passed(`${status.mirrors.length}`)
      : failed(
          bad
            .map(
              ({ namespace, service, reason }) =>
                `${namespace}/${service}: ${reason ?? "not mirrored"}`,
            )
            .join("; "),
          `Look with: ${kubectl(source, `-n ${multiclusterNamespace} get link ${plan.name} -o yaml`)}; a missing namespace has to be made in ${plan.source}`,
        );
  },
};
