import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { seconds } from "../../environments/report/seconds.ts";

/** How long a test file took, or a scenario in it. */
export interface PartFigures {
  readonly name: string;
  readonly milliseconds: number;
  readonly parts?: readonly PartFigures[];
}

/** The figures of one run. CONTRIBUTING.md says where they are. */
export interface RunFigures {
  /** When it began, as ISO 8601. */
  readonly began: string;
  readonly tiers: readonly string[];
  readonly cores: number;
  readonly milliseconds: number;
  readonly layers: readonly (PartFigures & {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
  })[];
}

/** Parts that took less aren't listed. */
const shown = 1_000;

/** The parts, the slowest first, each with its own parts in the same order. */
export function slowestFirst(parts: readonly PartFigures[], indent = ""): string[] {
  const sorted = parts.toSorted((a, b) => b.milliseconds - a.milliseconds);
  const slow = sorted.filter(({ milliseconds }) => milliseconds >= shown);
  const rest = sorted.slice(slow.length);
  const restTime = rest.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [
    ...slow.flatMap(({ name, milliseconds, parts: own = [] }) => [
      `${indent}${seconds(milliseconds).padStart(9)}  ${name}`,
      ...slowestFirst(own, `${indent}    `),
    ]),
    ...(rest.length > 0
      ? [`${indent}${seconds(restTime).padStart(9)}  in ${rest.length} below ${seconds(shown)}`]
      : []),
  ];
}

/** Writes the figures where CI looks for them. */
export async function writeFigures(file: string, figures: RunFigures): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`);
}
