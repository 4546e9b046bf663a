import { appendFile } from "node:fs/promises";
import type { VerificationFiles } from "../verify.ts";
import { badInput } from "../command-error.ts";
import { printable } from "../../system/printable.ts";
import { describeError } from "./run-command.ts";

/** Where to write the result of a verification, besides standard output. */
export interface OutputOptions {
  readonly junit?: string;
  readonly summary?: string;
  readonly bundle?: string;
}

export const outputOptions = [
  ["--junit <file>", "JUnit report, for CI"],
  [
    "--summary <file>",
    "Markdown with the verdict and the diagram, added to the file's end (default: $GITHUB_STEP_SUMMARY)",
  ],
  [
    "--bundle <file>",
    "if something is wrong, a .tar.gz with events, logs and states to find out why; no secrets",
  ],
] as const;

/**
 * Refuses options that would have no effect.
 *
 * @param needed what they need, such as `--verify`
 * @throws CommandError, exit code 2
 */
export function refuseWithout(
  needed: string,
  given: Readonly<Record<string, boolean>>,
  why = "without it nothing is verified",
): void {
  const idle = Object.keys(given).filter((option) => given[option] === true);
  if (idle.length === 0) return;
  throw badInput(
    `${idle.join(", ")} ${idle.length === 1 ? "needs" : "need"} ${needed}: ${why}. Add ${needed}, or leave out ${idle.join(", ")}`,
  );
}

/** Which of the files were requested explicitly. */
export function askedFiles({ junit, summary, bundle }: OutputOptions): Record<string, boolean> {
  return {
    "--junit": junit !== undefined,
    "--summary": summary !== undefined,
    "--bundle": bundle !== undefined,
  };
}

/** The files to which a verification is written. */
export function filesOf(
  { junit, summary, bundle }: OutputOptions,
  env: NodeJS.ProcessEnv = process.env,
): VerificationFiles {
  const toSummary = summary ?? env["GITHUB_STEP_SUMMARY"] ?? "";
  return {
    ...(junit !== undefined && { junit }),
    ...(toSummary !== "" && { summary: toSummary }),
    ...(bundle !== undefined && { bundle }),
  };
}

/** Adds to the summary why nothing could be verified. */
export async function addFailure(options: OutputOptions, error: unknown): Promise<void> {
  const { summary } = filesOf(options);
  if (summary === undefined) return;
  const message = printable(describeError(error)).replaceAll("\n", "\n    ");
  // A summary that can't be written must not hide the error itself.
  await appendFile(summary, `## The run failed\n\n    ${message}\n\n`).catch(() => undefined);
}
