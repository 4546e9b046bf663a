import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { CaseResult } from "./matrix.ts";

/** Which part of the crash matrix one process runs. */
export interface MatrixPart {
  readonly stack: string;
  readonly scenarios: readonly string[];
  readonly faults: readonly string[];
  /** Only cases whose name contains this. */
  readonly case: string;
  /** Of each sort of case, by scenario, operation, type and fault, only the first. */
  readonly each: boolean;
  /** Engines are killed even where it is known what that leaves. */
  readonly really: boolean;
  /** Names of cases that are not run again. */
  readonly done: readonly string[];
  /** Which of that many parts this is, from 0. */
  readonly shard: number;
  readonly of: number;
}

/** Runs a part in a process of its own. @throws where that process fails */
export async function runPart(
  part: MatrixPart,
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<readonly CaseResult[]> {
  const child = execa(
    process.execPath,
    [path.join(import.meta.dirname, "matrix-process.ts"), JSON.stringify(part)],
    { stdin: "ignore", stderr: "inherit", buffer: false },
  );
  const results: CaseResult[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const result = JSON.parse(line) as CaseResult;
    results.push(result);
    onResult(result);
  }
  await child;
  return results;
}
