import { forPeople } from "../system/print.ts";
import type { Progress } from "./progress.ts";
import type { EnsuredSources } from "./sources.ts";
import type { Toolchain } from "./toolchain.ts";

/** Formats the tools and sources, and where each came from, for standard output. */
export function reportLines(
  { report, notes }: Pick<Toolchain, "report" | "notes">,
  sources: Pick<EnsuredSources, "report" | "notes" | "path" | "dataPlane"> | undefined,
): string[] {
  return [
    ...[...report, ...(sources?.report ?? [])].map(
      ({ tool, version, origin }) => `${tool.padEnd(24)} ${version.padEnd(14)} ${origin}`,
    ),
    ...[...notes, ...(sources?.notes ?? [])].map((note) => `note: ${note}`),
    `images and charts: ${sources?.path ?? "public"}`,
    ...(sources?.dataPlane === "none"
      ? ["data plane: NONE (stand-ins that carry no traffic)"]
      : []),
  ].map((line) => forPeople(line));
}

/**
 * Formats progress for standard error. Returns undefined if nothing is to be printed: a log would get a
 * line every second.
 */
export function progressText(
  { step, state, detail = "" }: Progress,
  isTerminal: boolean,
): string | undefined {
  const isPassing = state === "progress";
  if (isPassing && !isTerminal) return undefined;
  const line = forPeople(`${step}: ${isPassing ? "" : `${state} `}${detail}`);
  // On a terminal, each line replaces the previous temporary one.
  return `${isTerminal ? "\r\u001b[K" : ""}${line}${isPassing ? "" : "\n"}`;
}
