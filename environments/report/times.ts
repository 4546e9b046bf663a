import { seconds } from "./seconds.ts";

/** How long a phase took. */
export interface PhaseTime {
  readonly title: string;
  readonly milliseconds: number;
  readonly outcome: "done" | "failed";
}

/** How long a step took. */
export interface StepTime {
  /** Title of its phase. */
  readonly phase: string;
  /** Undefined if it belongs to no single cluster. */
  readonly cluster: string | undefined;
  readonly what: string;
  readonly milliseconds: number;
}

/** Shorter steps aren't listed, in milliseconds. */
const shortest = 100;

/**
 * Where the time went: each phase, and in it each cluster's steps in the order in which they ended.
 *
 * @example
 * ```text
 * Where the time went
 *   tools, images and charts     0.8 s
 *   pulumi up of hierarchical   58.1 s
 *     west  nodes 21.2 s, control plane 14.2 s, multicluster extension 6.1 s
 * ```
 */
export function renderTimes(
  phases: readonly PhaseTime[],
  steps: readonly StepTime[],
  width = 100,
): string {
  const title = Math.max(...phases.map((phase) => phase.title.length), 0);
  const lines = phases.flatMap((phase) => {
    const failed = phase.outcome === "failed" ? "  failed" : "";
    const time = seconds(phase.milliseconds).padStart(12);
    const own = steps.filter((step) => step.phase === phase.title);
    return [`  ${phase.title.padEnd(title)}${time}${failed}`, ...chains(own, width)];
  });
  return ["Where the time went", ...lines].join("\n");
}

function chains(steps: readonly StepTime[], width: number): string[] {
  const owners = [...new Set(steps.map(({ cluster }) => cluster ?? ""))];
  const label = Math.max(...owners.map((owner) => (owner || "mesh").length), 0);
  return owners.flatMap((owner) => {
    const parts = steps
      .filter((step) => (step.cluster ?? "") === owner && step.milliseconds >= shortest)
      .map(({ what, milliseconds }) => `${what} ${seconds(milliseconds)}`);
    return wrap(parts, width - label - 6).map(
      (line, index) => `    ${(index === 0 ? owner || "mesh" : "").padEnd(label)}  ${line}`,
    );
  });
}

/** The parts, separated by commas, in lines within the width unless a single part is longer. */
function wrap(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [index, part] of parts.entries()) {
    const text = index < parts.length - 1 ? `${part},` : part;
    if (line !== "" && line.length + 1 + text.length > width) {
      lines.push(line);
      line = text;
    } else {
      line = line === "" ? text : `${line} ${text}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
