import { printableIn } from "../../system/printable.ts";
import type { RotateOutlook } from "../rotate.ts";

/** What a rotation would do, for people. */
export function renderOutlook(outlook: RotateOutlook): string {
  const { underway, steps, others } = printableIn(outlook);
  const head = underway
    ? "A rotation of the trust anchor is under way. It would continue with:"
    : "Rotating the trust anchor would:";
  return [
    head,
    ...(steps.length === 0 ? ["  bring the topology up as its file says"] : []),
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...(others.length === 0
      ? []
      : [
          "Their owners have to restart them whenever a step waits for it (or list them by " +
            "namespace in trust.restart):",
          ...others.map((one) => `  ${one}`),
        ]),
  ].join("\n");
}
