import type { Asked, DrillResult } from "../../environments/drills/drill.ts";
import { seconds } from "../../environments/report/seconds.ts";
import type { MeshFault } from "./mesh-faults.ts";

/** A fault, and the drill that came of it. */
export interface Observed {
  readonly fault: MeshFault;
  readonly result: Pick<DrillResult, "asked" | "cured" | "healed" | "noticed" | "stillWrong">;
}

/** The heading of the table in docs/faults.md. */
export const faultHeading = [
  "What happens to the target",
  "Noticed after",
  "Healed",
  "Traffic through the gateway",
  "Traffic from pod to pod",
] as const;

/** The table in Markdown, and below it what the looks at the mesh found. */
export function renderFaults(observed: readonly Observed[]): string {
  const rows = observed.map(({ fault, result }) => [
    fault.title,
    result.noticed === undefined ? "not at all" : seconds(result.noticed.after),
    healing(result),
    // Without a data plane nothing is asked.
    ...faultHeading.slice(3).map((_, index) => {
      const asked = result.asked[index];
      return asked === undefined ? "not asked" : traffic(asked);
    }),
  ]);
  return [
    line(faultHeading),
    line(faultHeading.map(() => "---")),
    ...rows.map(line),
    ...observed.flatMap(({ fault, result }) => [
      "",
      `**${fault.name}**`,
      "",
      ...(result.noticed?.what ?? ["Nothing was noticed."]).map((one) => `- ${one}`),
    ]),
    "",
  ].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function healing({ healed, cured, stillWrong }: Observed["result"]): string {
  if (healed === undefined) return `not within the limit: ${stillWrong.join("; ")}`;
  const how =
    cured.length === 0 ? "by itself" : `after restarts as by \`up\` (${cured.join("; ")})`;
  return `${how}, ${seconds(healed)} after it was back`;
}

function traffic({ summary: { requests, failed, longestGap } }: Asked): string {
  return failed === 0
    ? `none of ${requests} requests failed`
    : `${failed} of ${requests} failed, longest gap ${seconds(longestGap)}`;
}
