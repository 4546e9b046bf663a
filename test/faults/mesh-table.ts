import type { MeshFault } from "./mesh-faults.ts";
import type { TrafficSummary } from "./traffic-log.ts";

/** How a fault went away. Times in milliseconds. */
export type Healing =
  | { readonly by: "itself"; readonly after: number }
  | {
      readonly by: "up" | "up --refresh";
      /** From its beginning; undefined where it didn't help. */
      readonly after: number | undefined;
      readonly took: number;
      /** Resources that it changed. */
      readonly changed: number;
      readonly proved: boolean;
    };

/** What came of a fault. Times in milliseconds. */
export interface Observed {
  readonly fault: MeshFault;
  /** Until a look at the mesh failed; undefined where none did. */
  readonly noticed: number | undefined;
  /** Until nothing more was done to the mesh. */
  readonly lasted: number;
  /** Each check that failed meanwhile, with its words. */
  readonly said: readonly string[];
  readonly healing: Healing;
  /** By kind of export; empty without a data plane. */
  readonly traffic: readonly { readonly kind: string; readonly summary: TrafficSummary }[];
}

/** A Markdown table, and what `verify` said below it. */
export function renderFaults(observed: readonly Observed[], dataPlane: boolean): string {
  const kinds = observed[0]?.traffic.map(({ kind }) => kind) ?? [];
  const heading = ["fault", "noticed after", "healed", ...kinds.map((kind) => `${kind} traffic`)];
  const rows = observed.map((one) => [
    one.fault.title,
    one.noticed === undefined ? "not noticed" : seconds(one.noticed),
    healed(one.healing, one.lasted),
    ...one.traffic.map(({ summary }) => traffic(summary)),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    ...(dataPlane ? [] : ["Without a data plane: no traffic was sent.", ""]),
    line(heading),
    line(heading.map(() => "---")),
    ...rows.map(line),
    ...observed.flatMap(({ fault, said }) => [
      "",
      `**${fault.name}**`,
      "",
      ...(said.length === 0 ? ["Nothing failed."] : said.map((one) => `- ${one}`)),
    ]),
    "",
  ].join("\n");
}

function healed(healing: Healing, lasted: number): string {
  const from = lasted > 10_000 ? " after its end" : "";
  if (healing.by === "itself") return `by itself, ${seconds(healing.after)}${from}`;
  const { by, after, took, changed, proved } = healing;
  const what = `by \`${by}\` in ${seconds(took)}, which changed ${String(changed)} resources`;
  if (!proved || after === undefined) return `not ${what}`;
  return what;
}

function traffic({ requests, failures, longestGap, lastGap }: TrafficSummary): string {
  if (failures === 0) return `none of ${String(requests)} failed`;
  const gap = `${String(failures)} of ${String(requests)} failed, longest gap ${seconds(longestGap)}`;
  return lastGap === undefined ? `${gap}, to the end` : gap;
}

function seconds(milliseconds: number): string {
  const digits = milliseconds < 10_000 ? 1 : 0;
  return `${(milliseconds / 1000).toFixed(digits)} s`;
}
