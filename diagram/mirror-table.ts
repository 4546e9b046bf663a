import type { MirrorPlan, Plan } from "../planning/plan-types.ts";

/** The words for each kind of mirror. */
export const mirrorKinds: Record<MirrorPlan["kind"], string> = {
  gateway: "gateway",
  "remote-discovery": "remote discovery",
  federated: "federated",
  headless: "headless",
  "headless-pod": "headless, one pod",
};

/** The mirror Services of a plan as a Markdown table. */
export function toMirrorTable(plan: Plan): string {
  const rows = plan.mirrors.map(({ cluster, namespace, name, kind, of }) => [
    cluster,
    namespace,
    `\`${name}\``,
    mirrorKinds[kind],
    of.map((member) => `${member.service} of ${member.cluster}`).join(", "),
  ]);
  const header = ["In cluster", "Namespace", "Mirror", "Kind", "Stands for"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  return [
    line(header),
    line(
      header.map(() => "-"),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ]
    .map((text) => `${text}\n`)
    .join("");
}
